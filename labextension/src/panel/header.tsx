import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IPackages } from '../api/answers';
import type { Client } from '../api/client';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { confirmPython } from '../ui/confirmPython';
import { bytes, isWell, packageCount, stateSentence } from '../ui/text';
import { useAsync } from '../ui/useAsync';

interface IHeaderProps {
  client: Client;
  model: IEnvironmentModel;
  packages: IPackages | null;
  trans: TranslationBundle;
}

/**
 * The notebook's name, its environment in one line, and what a person should do about it, if
 * anything.
 */
export function Header(props: IHeaderProps): JSX.Element {
  const { model, packages, trans } = props;
  const { progress, state, status } = model;
  return (
    <div className={`jp-nbenv-Head jp-mod-${state}`}>
      <h2 title={model.path}>{PathExt.basename(model.path)}</h2>
      {!(isWell(state) && status?.recorded) && !progress && (
        <p className="jp-nbenv-Head-state">{stateSentence(model, trans)}</p>
      )}
      {packages && status?.recorded && (
        <p className="jp-nbenv-Head-summary">
          {summaryLine(model, packages, trans)}
        </p>
      )}
      {isMissing(model) && (
        <div className="jp-nbenv-Buttons">
          <Button
            strong
            label={trans.__('Restore…')}
            title={trans.__('See what would be installed before you decide')}
            onClick={() => void model.review()}
          />
        </div>
      )}
      {status?.recorded && <Pythons {...props} />}
    </div>
  );
}

/** Tell whether there is something to restore that nothing else in the panel offers. */
function isMissing({ progress, state, status }: IEnvironmentModel): boolean {
  const isUnderWay = progress !== null || state === 'starting';
  return (
    !isUnderWay && !!status?.recorded && !status.ready && !status.drift.length
  );
}

/**
 * Return the environment in one line: `12 packages, 3 yours · 240 MB · all as locked`; the
 * choice of a Python stands beside it.
 */
export function summaryLine(
  model: IEnvironmentModel,
  packages: IPackages,
  trans: TranslationBundle
): string {
  const { status } = model;
  const all = packages.distributions;
  const own = all.filter(each => each.requirement !== null).length;
  const isAsLocked =
    status?.ready && !status.drift.length && !status.stale.length;
  return [
    trans.__('%1, %2 yours', packageCount(all.length, trans), own),
    packages.size ? bytes(packages.size) : '',
    isAsLocked ? trans.__('all as locked') : ''
  ]
    .filter(Boolean)
    .join(' · ');
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
    if (await confirmPython(python, trans)) {
      await runShown(model, 'python', [python]);
    }
  };
  return (
    <label className="jp-nbenv-Field">
      {trans.__('Python')}
      <HTMLSelect
        aria-label={trans.__('Python version of this notebook')}
        value={own}
        onChange={event => void move(event.target.value)}
      >
        {choices.map(each => (
          <option key={each}>{each}</option>
        ))}
      </HTMLSelect>
    </label>
  );
}
