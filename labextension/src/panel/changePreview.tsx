import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { asProblem, type Client } from '../api/client';
import { Button } from '../ui/button';
import type { IChange, IEnvironmentModel, IProblem } from '../tokens';
import { changeLine, problemText } from '../ui/text';

/**
 * A change that was asked for and is not made yet.
 */
export interface IWish {
  verb: 'install' | 'uninstall' | 'upgrade';
  words: string[];
}

interface IProposalProps {
  client: Client;
  model: IEnvironmentModel;
  wish: IWish;
  trans: TranslationBundle;
  onEnd: (isDone: boolean) => void;
}

/**
 * What a change would do, and the choice to make it.
 */
export function Proposal(props: IProposalProps): JSX.Element {
  const { client, model, wish, trans, onEnd } = props;
  const [changes, setChanges] = React.useState<IChange[] | null>(null);
  const [problem, setProblem] = React.useState<IProblem | null>(null);
  React.useEffect(() => {
    let shown = true;
    setChanges(null);
    setProblem(null);
    client.look(model.path, wish.verb, wish.words, ['dry-run']).then(
      result => shown && setChanges(result.changes),
      (error: unknown) => shown && setProblem(asProblem(error))
    );
    return () => {
      shown = false;
    };
  }, [client, model, wish]);
  const apply = () => {
    onEnd(true);
    // The model keeps what goes wrong, and the strip shows it.
    model.run(wish.verb, wish.words).catch(() => undefined);
  };
  return (
    <section className="jp-nbenv-Proposal" aria-label={trans.__('Proposal')}>
      <h3>{title(wish, trans)}</h3>
      {problem ? (
        <pre role="alert">{problemText(problem)}</pre>
      ) : changes === null ? (
        <p role="status">{trans.__('Looking what would change …')}</p>
      ) : (
        <Changes changes={changes} trans={trans} />
      )}
      <div className="jp-nbenv-Buttons">
        <Button
          strong
          label={label(wish, trans)}
          disabled={changes === null}
          onClick={apply}
        />
        <Button label={trans.__('Cancel')} onClick={() => onEnd(false)} />
      </div>
    </section>
  );
}

/**
 * Changes, each with the sign of what it is.
 */
export function Changes(props: {
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

function title({ verb, words }: IWish, trans: TranslationBundle): string {
  const names = words.join(', ');
  switch (verb) {
    case 'install':
      return trans.__('Adding %1 would change:', names);
    case 'uninstall':
      return trans.__('Removing %1 would change:', names);
    case 'upgrade':
      return names
        ? trans.__('Upgrading %1 would change:', names)
        : trans.__('Upgrading everything would change:');
  }
}

function label({ verb }: IWish, trans: TranslationBundle): string {
  switch (verb) {
    case 'install':
      return trans.__('Add');
    case 'uninstall':
      return trans.__('Remove');
    case 'upgrade':
      return trans.__('Upgrade');
  }
}
