import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ITyped } from '../api/answers';
import type { Client } from '../api/client';
import { asProblem } from '../api/errors';
import { Button } from '../ui/button';
import { useAsync } from '../ui/useAsync';
import {
  completed,
  SUGGESTIONS,
  suggestionId,
  Suggestions
} from './suggestions';

/** Milliseconds without a keystroke until the text is read. */
const PAUSE = 150;

interface IAddProps {
  client: Client;
  disabled: boolean;
  trans: TranslationBundle;
  text: string;
  onText: (text: string) => void;
  /** The field itself. */
  field: React.RefObject<HTMLInputElement>;
  /** Whether what would be added is shown: Enter then adds it. */
  isShown: boolean;
  onShow: (requirements: string[]) => void;
  onConfirm: () => void;
  onCancel: () => void;
}

/**
 * The field for new packages: names, requirements, or a whole install line. Its first Enter shows
 * what would be added, and the second adds it.
 */
export function AddRequirement(props: IAddProps): JSX.Element {
  const { client, disabled, trans, text, isShown } = props;
  const [active, setActive] = React.useState(-1);
  const [isOpen, setIsOpen] = React.useState(false);
  const [complaint, setComplaint] = React.useState('');
  const [meant, setMeant] = React.useState('');
  const [isReading, setIsReading] = React.useState(false);
  const typed = text.trim();
  // The text that is being read after Enter: the second Enter may come before the server answers.
  const reading = React.useRef<{ isAgreed: boolean } | null>(null);
  const read = useAsync(
    typed ? () => client.typed(typed) : null,
    [client, typed],
    { keeps: true, delay: PAUSE }
  );
  const found = read.value?.suggestions ?? [];
  const isComplete = found.length === 1 && found[0].name === typed;
  const items = isOpen && typed && !isShown && !isComplete ? found : [];
  const change = (value: string) => {
    props.onText(value);
    setComplaint('');
    setMeant('');
    setActive(-1);
    setIsOpen(true);
    setIsReading(false);
    reading.current = null;
  };
  const take = (name: string) => {
    change(completed(text, name));
    setIsOpen(false);
  };
  const submit = async () => {
    setIsOpen(false);
    if (isShown) {
      props.onConfirm();
    } else if (reading.current) {
      reading.current.isAgreed = true;
    } else if (typed && !disabled) {
      const own = { isAgreed: false };
      reading.current = own;
      setComplaint('');
      setIsReading(true);
      // Read anew: what is typed may be newer than what was read.
      const answer: ITyped = await client.typed(typed).catch(error => ({
        requirements: [],
        message: asProblem(error).what,
        suggestions: []
      }));
      const { requirements, message } = answer;
      if (reading.current !== own) {
        return; // it was changed meanwhile
      }
      reading.current = null;
      setIsReading(false);
      setComplaint(message);
      setMeant((message && answer.meant) || '');
      if (!message && requirements.length) {
        props.onShow(requirements);
        if (own.isAgreed) {
          props.onConfirm();
        }
      }
    }
  };
  const press = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      event.preventDefault();
      const places = items.length + 1; // and none of them
      setActive(((active + 1 + step + places) % places) - 1);
    } else if (
      (event.key === 'Enter' || event.key === 'Tab') &&
      items[active]
    ) {
      event.preventDefault();
      take(items[active].name);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      if (items.length) {
        setIsOpen(false);
      } else {
        props.onCancel();
      }
    }
  };
  return (
    <form
      className="jp-nbenv-Adding"
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="jp-nbenv-Adding-line">
        <input
          ref={props.field}
          className={`jp-mod-styled${complaint ? ' jp-mod-wrong' : ''}`}
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder={trans.__('Add packages…')}
          title={trans.__(
            'Names, such as pandas or numpy>=2, or a whole pip install line'
          )}
          aria-label={trans.__('Packages to add')}
          aria-expanded={items.length > 0}
          aria-controls={SUGGESTIONS}
          aria-autocomplete="list"
          aria-activedescendant={
            items[active] ? suggestionId(active) : undefined
          }
          aria-invalid={complaint !== ''}
          aria-describedby="jp-nbenv-complaint"
          onChange={event => change(event.target.value)}
          onKeyDown={press}
          onBlur={() => setIsOpen(false)}
        />
        <Button
          label={trans.__('Add')}
          title={trans.__('Show what would be added first')}
          disabled={disabled || !typed}
          onClick={() => undefined}
          submits
        />
      </div>
      {items.length > 0 && (
        <Suggestions
          items={items}
          active={active}
          label={trans.__('Packages')}
          onTake={take}
        />
      )}
      <div id="jp-nbenv-complaint" className="jp-nbenv-Complaint" role="status">
        {isReading ? (
          <span className="jp-mod-reading">{trans.__('Checking…')}</span>
        ) : (
          complaint
        )}
      </div>
      {meant && (
        <div className="jp-nbenv-Buttons jp-nbenv-Meant">
          <Button
            strong
            label={trans.__('Write %1', meant)}
            title={trans.__('Correct what is typed')}
            onClick={() => {
              change(meant);
              setIsOpen(false);
              props.field.current?.focus();
            }}
          />
        </div>
      )}
    </form>
  );
}
