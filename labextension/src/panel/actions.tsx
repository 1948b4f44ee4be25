import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IOutdated } from '../api/answers';
import { runShown } from '../environment/run';
import { CommandIDs, type IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import type { IAsync } from '../ui/useAsync';

interface IActionsProps {
  model: IEnvironmentModel;
  outdated: IAsync<IOutdated[]>;
  disabled: boolean;
  trans: TranslationBundle;
  execute: (command: string) => void;
  onCheck: () => void;
  onUpgrade: () => void;
}

/**
 * The buttons for the environment as a whole.
 */
export function Actions(props: IActionsProps): JSX.Element {
  const { execute, model, trans, disabled, outdated } = props;
  const without = !model.status?.recorded;
  return (
    <div className="jp-nbenv-Buttons jp-nbenv-Actions">
      <Button
        label={
          outdated.isPending
            ? trans.__('Checking…')
            : trans.__('Check for updates')
        }
        title={trans.__('Look for newer versions in the package index')}
        disabled={
          without ||
          disabled ||
          outdated.isPending ||
          !model.status?.environment
        }
        onClick={props.onCheck}
      />
      <Button
        label={trans.__('Upgrade all')}
        disabled={without || disabled}
        onClick={props.onUpgrade}
      />
      <Button
        label={trans.__('Undo')}
        title={trans.__(
          'Go back to the environment as it was before the last change'
        )}
        disabled={without || disabled}
        onClick={() => void runShown(model, 'undo')}
      />
      <Button
        label={trans.__('Restore')}
        title={trans.__('Make the environment match what the notebook records')}
        disabled={without || model.progress !== null}
        onClick={() => void runShown(model, 'restore')}
      />
      <Button
        label={trans.__('Export…')}
        disabled={without}
        onClick={() => execute(CommandIDs.export)}
      />
      <Outcome outdated={outdated} trans={trans} />
    </div>
  );
}

function Outcome(props: {
  outdated: IAsync<IOutdated[]>;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { outdated, trans } = props;
  const { value, error } = outdated;
  if (!value && !error) {
    return null;
  }
  return (
    <span role="status" className="jp-nbenv-Said">
      {!value
        ? trans.__('The check for updates failed')
        : value.length
          ? trans._n(
              '%1 package is outdated',
              '%1 packages are outdated',
              value.length
            )
          : trans.__('Everything is up to date')}
    </span>
  );
}
