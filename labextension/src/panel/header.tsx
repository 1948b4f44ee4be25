import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IPackages } from '../api/answers';
import type { Client } from '../api/client';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { bytes, packageCount, shortLine, stateSentence } from '../ui/text';
import { useAsync } from '../ui/useAsync';

interface IHeaderProps {
  client: Client;
  model: IEnvironmentModel;
  packages: IPackages | null;
  trans: TranslationBundle;
}

/**
 * The notebook's name, the state of its environment, and its Python.
 */
export function Header(props: IHeaderProps): JSX.Element {
  const { model, packages, trans } = props;
  const { status } = model;
  const size = packages?.size;
  const facts = [
    status?.environment ? packageCount(status.installed, trans) : '',
    size ? trans.__('%1 on disk', bytes(size)) : ''
  ].filter(Boolean);
  return (
    <div className={`jp-nbenv-Head jp-mod-${model.state}`}>
      <h2 title={model.path}>{PathExt.basename(model.path)}</h2>
      <div className="jp-nbenv-Head-state">{shortLine(model, trans)}</div>
      <p>{stateSentence(model, trans)}</p>
      {facts.length > 0 && (
        <div className="jp-nbenv-Facts-line">{facts.join(' · ')}</div>
      )}
      {status?.recorded && <Pythons {...props} />}
    </div>
  );
}

/**
 * The choice of another Python, among those of this machine.
 */
function Pythons(props: IHeaderProps): JSX.Element {
  const { client, model, trans } = props;
  const own = model.status?.python ?? '';
  const { value } = useAsync(() => client.pythons(), [client]);
  const found = value?.pythons.map(each => each.python) ?? [];
  const choices = found.includes(own) ? found : [own, ...found];
  const move = async (python: string) => {
    if (await confirmMove(python, trans)) {
      await runShown(model, 'python', [python]);
    }
  };
  return (
    <label className="jp-nbenv-Field">
      {trans.__('Python')}
      <HTMLSelect
        aria-label={trans.__('Python version of this notebook')}
        value={own}
        disabled={model.progress !== null}
        onChange={event => void move(event.target.value)}
      >
        {choices.map(each => (
          <option key={each}>{each}</option>
        ))}
      </HTMLSelect>
    </label>
  );
}

async function confirmMove(
  python: string,
  trans: TranslationBundle
): Promise<boolean> {
  const { button } = await showDialog({
    title: trans.__('Switch to Python %1?', python),
    body: trans.__(
      'The notebook’s requirements will be installed for Python %1, in the same versions where those are available. The kernel then needs a restart. You can undo the switch.',
      python
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Switch') })
    ]
  });
  return button.accept;
}
