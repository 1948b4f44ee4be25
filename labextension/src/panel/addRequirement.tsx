import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Client } from '../api/client';
import { Button } from '../ui/button';
import { useAsync } from '../ui/useAsync';

/** Milliseconds without a keystroke until a requirement is checked. */
const PAUSE = 250;

interface IAddProps {
  client: Client;
  disabled: boolean;
  trans: TranslationBundle;
  onSubmit: (requirement: string) => void;
}

/**
 * The field for a new requirement, checked while it is typed.
 */
export function AddRequirement({
  client,
  disabled,
  trans,
  onSubmit
}: IAddProps): JSX.Element {
  const [text, setText] = React.useState('');
  const typed = text.trim();
  const check = useAsync(
    typed ? () => client.requirementError(typed) : null,
    [client, typed],
    { keeps: true, delay: PAUSE }
  );
  // A check that failed does not stop anyone: the preview will say what is wrong.
  const error = (typed && check.value) || '';
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (typed && !error) {
      onSubmit(typed);
      setText('');
    }
  };
  return (
    <form className="jp-nbenv-Adding" onSubmit={submit}>
      <div className="jp-nbenv-Adding-line">
        <input
          className={`jp-mod-styled${error ? ' jp-mod-wrong' : ''}`}
          type="text"
          spellCheck={false}
          value={text}
          placeholder={trans.__('Add a package, e.g. pandas>=2')}
          aria-label={trans.__('Requirement to add')}
          aria-invalid={error !== ''}
          aria-describedby="jp-nbenv-complaint"
          onChange={event => setText(event.target.value)}
        />
        <Button
          label={trans.__('Add…')}
          title={trans.__('Preview the changes before you apply them')}
          disabled={disabled || !typed || error !== ''}
          onClick={() => undefined}
          submits
        />
      </div>
      <div id="jp-nbenv-complaint" className="jp-nbenv-Complaint" role="status">
        {error}
      </div>
    </form>
  );
}
