import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Client } from '../api/client';
import { Button, ignore } from '../ui/button';
import type { IEnvironmentModel, IPackages } from '../tokens';
import { bytes, shortLine, stateSentence } from '../ui/text';

interface IHeadProps {
  client: Client;
  model: IEnvironmentModel;
  packages: IPackages | null;
  disabled: boolean;
  trans: TranslationBundle;
}

/**
 * Which notebook, what state, and what Python.
 */
export function Head(props: IHeadProps): JSX.Element {
  const { model, packages, trans } = props;
  const { status } = model;
  const size = packages?.size;
  const facts = [
    status?.environment
      ? trans._n('%1 distribution', '%1 distributions', status.installed)
      : '',
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
function Pythons(props: IHeadProps): JSX.Element {
  const { client, model, trans } = props;
  const own = model.status?.python ?? '';
  const [found, setFound] = React.useState<string[]>([]);
  React.useEffect(() => {
    let shown = true;
    client.pythons().then(
      ({ pythons }) => shown && setFound(pythons.map(each => each.python)),
      () => undefined
    );
    return () => {
      shown = false;
    };
  }, [client]);
  const choices = found.includes(own) ? found : [own, ...found];
  const move = async (python: string) => {
    const { button } = await showDialog({
      title: trans.__('Move to Python %1?', python),
      body: trans.__(
        'The same requirements are installed for Python %1, in the same versions where there are such. The kernel then needs a restart; Undo goes back.',
        python
      ),
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({ label: trans.__('Move') })
      ]
    });
    if (button.accept) {
      await model.run('python', [python]).catch(() => undefined);
    }
  };
  return (
    <label className="jp-nbenv-Field">
      {trans.__('Python')}
      <HTMLSelect
        aria-label={trans.__('Python of this notebook')}
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

/**
 * How what is installed differs from what is recorded, and the two ways out.
 */
export function Drift(props: IHeadProps): JSX.Element | null {
  const { model, trans, disabled } = props;
  const drift = model.status?.drift ?? [];
  const stale = model.status?.stale ?? [];
  if (drift.length + stale.length === 0) {
    return null;
  }
  const installed = drift
    .filter(each => each.new)
    .map(each => `${each.name}==${each.new}`);
  return (
    <section className="jp-nbenv-Drift">
      <h3>{trans.__('Not as recorded')}</h3>
      <ul>
        {drift.map(each => (
          <li key={each.name}>{driftLine(each, trans)}</li>
        ))}
        {stale.map(each => (
          <li key={each}>{trans.__('the lock does not meet %1', each)}</li>
        ))}
      </ul>
      <div className="jp-nbenv-Buttons">
        {installed.length > 0 && (
          <Button
            label={trans.__('Record what is installed')}
            disabled={disabled}
            onClick={() => void model.run('install', installed).catch(ignore)}
          />
        )}
        {stale.length > 0 && (
          <Button
            label={trans.__('Lock anew')}
            disabled={disabled}
            onClick={() => void model.run('upgrade').catch(ignore)}
          />
        )}
        <Button
          label={trans.__('Go back to the record')}
          disabled={disabled}
          onClick={() => void model.run('restore').catch(ignore)}
        />
      </div>
    </section>
  );
}

function driftLine(
  change: { name: string; old: string | null; new: string | null },
  trans: TranslationBundle
): string {
  const { name, old, new: installed } = change;
  if (!old) {
    return trans.__('%1 %2 is installed, not recorded', name, installed ?? '');
  }
  return installed
    ? trans.__('%1 is %2, recorded is %3', name, installed, old)
    : trans.__('%1 %2 is recorded, not installed', name, old);
}
