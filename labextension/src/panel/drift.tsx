import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IChange } from '../api/answers';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';

interface IDriftProps {
  model: IEnvironmentModel;
  disabled: boolean;
  trans: TranslationBundle;
}

/**
 * The differences between what is installed and what is recorded, and the ways to settle them.
 */
export function Drift(props: IDriftProps): JSX.Element | null {
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
      <h3>{trans.__('Differences from the record')}</h3>
      <ul>
        {drift.map(each => (
          <li key={each.name}>{driftLine(each, trans)}</li>
        ))}
        {stale.map(each => (
          <li key={each}>{trans.__('the lock does not satisfy %1', each)}</li>
        ))}
      </ul>
      <div className="jp-nbenv-Buttons">
        {installed.length > 0 && (
          <Button
            label={trans.__('Record what is installed')}
            disabled={disabled}
            onClick={() => void runShown(model, 'install', installed)}
          />
        )}
        {stale.length > 0 && (
          <Button
            label={trans.__('Update the lock')}
            disabled={disabled}
            onClick={() => void runShown(model, 'upgrade')}
          />
        )}
        <Button
          label={trans.__('Restore what is recorded')}
          disabled={disabled}
          onClick={() => void runShown(model, 'restore')}
        />
      </div>
    </section>
  );
}

function driftLine(change: IChange, trans: TranslationBundle): string {
  const { name, old: recorded, new: installed } = change;
  if (!recorded) {
    return trans.__(
      '%1 %2 is installed but not recorded',
      name,
      installed ?? ''
    );
  }
  return installed
    ? trans.__('%1: installed %2, recorded %3', name, installed, recorded)
    : trans.__('%1 %2 is recorded but not installed', name, recorded);
}
