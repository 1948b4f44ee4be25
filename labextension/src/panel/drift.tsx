import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IChange } from '../api/answers';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { ChangeRequests, type IChangeRequest } from './changeRequests';

interface IDriftProps {
  model: IEnvironmentModel;
  disabled: boolean;
  trans: TranslationBundle;
  onRequest: (request: IChangeRequest) => void;
}

/** Lines that are shown; the others are counted. */
const MOST = 50;

/**
 * The differences between what is installed and what is recorded, and the two ways to settle them.
 */
export function Drift(props: IDriftProps): JSX.Element | null {
  const { model, trans, disabled } = props;
  const drift = model.status?.drift ?? [];
  const stale = model.status?.stale ?? [];
  const lines = [
    ...drift.map(each => driftLine(each, trans)),
    ...stale.map(each => trans.__('the lock does not fit %1', each))
  ];
  if (lines.length === 0) {
    return null;
  }
  const record = () => props.onRequest(new ChangeRequests(trans).record());
  return (
    <section className="jp-nbenv-Drift">
      <h3>{trans.__('Not as recorded')}</h3>
      <ul tabIndex={lines.length > 6 ? 0 : -1}>
        {lines.slice(0, MOST).map(each => (
          <li key={each}>{each}</li>
        ))}
        {lines.length > MOST && (
          <li>{trans.__('and %1 more', lines.length - MOST)}</li>
        )}
      </ul>
      <div className="jp-nbenv-Buttons">
        {drift.length > 0 && (
          <Button
            label={trans.__('Record what is installed')}
            title={trans.__('Keep what is installed, and record it')}
            disabled={disabled}
            onClick={record}
          />
        )}
        {stale.length > 0 && (
          <Button
            label={trans.__('Update the lock')}
            disabled={disabled}
            onClick={() => void runShown(model, 'upgrade')}
          />
        )}
        {drift.length > 0 && (
          <Button
            label={trans.__('Restore what is recorded')}
            title={trans.__('Install and remove what the record says')}
            disabled={disabled}
            onClick={() => void runShown(model, 'restore')}
          />
        )}
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
