import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Client } from '../api/client';
import { Button } from '../ui/button';

const PAUSE = 250;

interface IAddProps {
  client: Client;
  disabled: boolean;
  trans: TranslationBundle;
  onAsk: (requirement: string) => void;
}

/**
 * The field for a new requirement, checked while it is typed.
 */
export function Adding({
  client,
  disabled,
  trans,
  onAsk
}: IAddProps): JSX.Element {
  const [text, setText] = React.useState('');
  const [complaint, setComplaint] = React.useState('');
  const typed = text.trim();
  React.useEffect(() => {
    let shown = true;
    const timer = setTimeout(() => {
      const check = typed ? client.complaint(typed) : Promise.resolve('');
      check.then(
        found => shown && setComplaint(found),
        () => undefined // not to be checked now; the proposal will say
      );
    }, PAUSE);
    return () => {
      shown = false;
      clearTimeout(timer);
    };
  }, [client, typed]);
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (typed && !complaint) {
      onAsk(typed);
      setText('');
    }
  };
  return (
    <form className="jp-nbenv-Adding" onSubmit={submit}>
      <div className="jp-nbenv-Adding-line">
        <input
          className={`jp-mod-styled${complaint ? ' jp-mod-wrong' : ''}`}
          type="text"
          spellCheck={false}
          value={text}
          placeholder={trans.__('Add, e.g. pandas>=2')}
          aria-label={trans.__('Requirement to add')}
          aria-invalid={complaint !== ''}
          aria-describedby="jp-nbenv-complaint"
          onChange={event => setText(event.target.value)}
        />
        <Button
          label={trans.__('Add …')}
          title={trans.__('Show what would change, and decide')}
          disabled={disabled || !typed || complaint !== ''}
          onClick={() => undefined}
          submits
        />
      </div>
      <div id="jp-nbenv-complaint" className="jp-nbenv-Complaint" role="status">
        {complaint}
      </div>
    </form>
  );
}
