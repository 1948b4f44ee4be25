import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IChange } from '../api/answers';
import { asProblem } from '../api/errors';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { changeLine, problemText } from '../ui/text';
import { useAsync } from '../ui/useAsync';

/**
 * A change that was requested and not made yet.
 */
export interface IChangeRequest {
  verb: 'install' | 'uninstall' | 'upgrade';
  words: string[];
}

interface IPreviewProps {
  model: IEnvironmentModel;
  request: IChangeRequest;
  trans: TranslationBundle;
  onEnd: () => void;
}

/**
 * What a change would do, and the choice to make it.
 */
export function ChangePreview(props: IPreviewProps): JSX.Element {
  const { model, request, trans, onEnd } = props;
  const { verb, words } = request;
  const { value, error } = useAsync(
    () => model.ask(verb, words, ['dry-run']),
    [model, request]
  );
  const apply = () => {
    onEnd();
    void runShown(model, verb, words);
  };
  return (
    <section
      className="jp-nbenv-Proposal"
      aria-label={trans.__('Preview of the changes')}
    >
      <h3>{question(request, trans)}</h3>
      {error ? (
        <pre role="alert">{problemText(asProblem(error))}</pre>
      ) : value ? (
        <Changes changes={value.changes} trans={trans} />
      ) : (
        <p role="status">{trans.__('Checking what would change…')}</p>
      )}
      <div className="jp-nbenv-Buttons">
        <Button
          strong
          label={label(request, trans)}
          disabled={value === null}
          onClick={apply}
        />
        <Button label={trans.__('Cancel')} onClick={onEnd} />
      </div>
    </section>
  );
}

/**
 * Changes, each marked as an addition, another version, or a removal.
 */
function Changes(props: {
  changes: IChange[];
  trans: TranslationBundle;
}): JSX.Element {
  const { changes, trans } = props;
  if (changes.length === 0) {
    return <p>{trans.__('Nothing would be installed or removed.')}</p>;
  }
  return (
    <ul className="jp-nbenv-Changes">
      {changes.map(change => (
        <li key={change.name} className={kind(change)}>
          {changeLine(change)}
        </li>
      ))}
    </ul>
  );
}

function kind(change: IChange): string {
  if (!change.old) {
    return 'jp-mod-coming';
  }
  return change.new ? 'jp-mod-moving' : 'jp-mod-going';
}

function question(
  { verb, words }: IChangeRequest,
  trans: TranslationBundle
): string {
  const names = words.join(', ');
  switch (verb) {
    case 'install':
      return trans.__('Add %1?', names);
    case 'uninstall':
      return trans.__('Remove %1?', names);
    case 'upgrade':
      return names
        ? trans.__('Upgrade %1?', names)
        : trans.__('Upgrade all packages?');
  }
}

function label({ verb }: IChangeRequest, trans: TranslationBundle): string {
  switch (verb) {
    case 'install':
      return trans.__('Add');
    case 'uninstall':
      return trans.__('Remove');
    case 'upgrade':
      return trans.__('Upgrade');
  }
}
