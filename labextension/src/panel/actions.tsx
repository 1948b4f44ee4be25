import type { TranslationBundle } from '@jupyterlab/translation';
import {
  downloadIcon,
  historyIcon,
  redoIcon,
  undoIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IOutdated, IPastChange } from '../api/answers';
import { CommandIDs, type IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import type { IAsync } from '../ui/useAsync';
import { ChangeRequests, type IChangeRequest } from './changeRequests';

interface IActionsProps {
  model: IEnvironmentModel;
  outdated: IAsync<IOutdated[]>;
  past: IPastChange[];
  /** Whether that is the present history; while something changes, it is not. */
  isPastKnown: boolean;
  disabled: boolean;
  trans: TranslationBundle;
  execute: (command: string) => void;
  isHistoryShown: boolean;
  onHistory: () => void;
  onCheck: () => void;
  onRequest: (request: IChangeRequest) => void;
}

/**
 * The buttons for the environment as a whole.
 */
export function Actions(props: IActionsProps): JSX.Element | null {
  const { execute, model, trans, disabled, outdated, past } = props;
  const requests = new ChangeRequests(trans);
  const last = past.find(each => !each.undone);
  const next = past.filter(each => each.undone).pop();
  if (!model.status?.recorded) {
    return last || next ? (
      <div className="jp-nbenv-Buttons jp-nbenv-Actions">
        <UndoButtons {...props} requests={requests} last={last} next={next} />
      </div>
    ) : null;
  }
  return (
    <div className="jp-nbenv-Buttons jp-nbenv-Actions">
      {model.status.environment && (
        <>
          <Button
            label={
              outdated.isPending
                ? trans.__('Checking…')
                : trans.__('Check for updates')
            }
            title={trans.__('Look for newer versions in the package index')}
            disabled={disabled || outdated.isPending}
            onClick={props.onCheck}
          />
          <Button
            label={trans.__('Upgrade all')}
            title={trans.__('Show what an upgrade of everything would change')}
            disabled={disabled}
            onClick={() => props.onRequest(requests.upgrade([]))}
          />
        </>
      )}
      <UndoButtons {...props} requests={requests} last={last} next={next} />
      <Button
        icon={downloadIcon}
        label={trans.__('Export…')}
        title={trans.__('Export to another tool’s format')}
        onClick={() => execute(CommandIDs.export)}
      />
      <Outcome outdated={outdated} trans={trans} />
    </div>
  );
}

function UndoButtons(
  props: IActionsProps & {
    requests: ChangeRequests;
    last?: IPastChange;
    next?: IPastChange;
  }
): JSX.Element {
  const { last, next, requests, trans, onRequest } = props;
  // What is undone next depends on how a running change ends.
  const disabled = props.disabled || !props.isPastKnown;
  return (
    <>
      {last && (
        <Button
          icon={undoIcon}
          label={trans.__('Undo')}
          title={trans.__('Undo: %1', last.text)}
          disabled={disabled}
          onClick={() => onRequest(requests.undo(last.text))}
        />
      )}
      {next && (
        <Button
          icon={redoIcon}
          label={trans.__('Redo')}
          title={trans.__('Redo: %1', next.text)}
          disabled={disabled}
          onClick={() => onRequest(requests.redo(next.text))}
        />
      )}
      {(last || next) && (
        <Button
          icon={historyIcon}
          label={trans.__('History')}
          title={trans.__('What was changed, and when')}
          isPressed={props.isHistoryShown}
          onClick={props.onHistory}
        />
      )}
    </>
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
        ? trans.__('The package index could not be asked')
        : value.length
          ? trans._n('%1 update', '%1 updates', value.length)
          : trans.__('Everything is up to date')}
    </span>
  );
}
