import type { CodeCell } from '@jupyterlab/cells';
import {
  NotebookActions,
  type INotebookTracker,
  type Notebook,
  type NotebookPanel
} from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';
import type { IStatus } from '../api/answers';
import type { Client } from '../api/client';
import {
  missingModule,
  shownMissingModule
} from '../environment/kernelReplies';
import type { IEnvironments } from '../tokens';
import { Button } from '../ui/button';
import { Offer, useAccept } from '../ui/offer';
import { placeBelow } from '../ui/placeBelow';

/**
 * What the offers need.
 */
export interface IInstallOffersOptions {
  client: Client;
  environments: IEnvironments;
  tracker: INotebookTracker;
  isEnabled: () => boolean;
  /** Return all packages that a notebook imports and that are not installed. */
  missing: (panel: NotebookPanel) => string[];
  /** Emits when that may have changed. */
  missingChanged: ISignal<unknown, object>;
  /**
   * Called for a cell that failed in another kernel than ours.
   */
  onOtherKernel: (panel: NotebookPanel, cell: CodeCell, module: string) => void;
  trans: TranslationBundle;
}

/**
 * Offers to install the package that provides a missing module, below the output of the cell that
 * failed to import it.
 */
export class InstallOffers {
  constructor(private _options: IInstallOffersOptions) {
    NotebookActions.executed.connect((_, { notebook, cell, error }) => {
      if (cell.model.type !== 'code' || cell.isDisposed) {
        return;
      }
      const { outputArea } = cell as CodeCell;
      const module = error
        ? missingModule(error)
        : shownMissingModule(outputArea.model.toJSON());
      if (module) {
        this._offer(notebook, cell as CodeCell, module);
      }
    });
  }

  private _offer(notebook: Notebook, cell: CodeCell, module: string): void {
    const { environments, tracker, isEnabled, onOtherKernel } = this._options;
    const panel = tracker.find(each => each.content === notebook);
    const state = panel && environments.of(panel).status?.kernel.state;
    if (panel && state === 'ordinary') {
      onOtherKernel(panel, cell, module);
    } else if (panel && state === 'running' && isEnabled()) {
      void this._offerInstall(panel, cell, module);
    }
  }

  private async _offerInstall(
    panel: NotebookPanel,
    cell: CodeCell,
    module: string
  ): Promise<void> {
    const { client, environments, missing, missingChanged, trans } =
      this._options;
    const model = environments.of(panel);
    const name = await client.packageOf(module, model.path).catch(() => null);
    if (!name || cell.isDisposed) {
      return;
    }
    const runAgain = async () => {
      offer.dispose();
      const { content, sessionContext } = panel;
      await NotebookActions.runCells(content, [cell], sessionContext);
    };
    const accept = async (names: string[]) => {
      await model.run('install', names);
      await runAgain();
    };
    const isMissing = async () =>
      (await client.packageOf(module, model.path)) !== null;
    const props = { module, name, trans, accept, runAgain, isMissing };
    const all = () => [...new Set([name, ...missing(panel)])];
    const offer = new Offer(() => (
      <UseSignal signal={model.changed}>
        {() => (
          <UseSignal signal={missingChanged}>
            {() => <OfferLine {...props} status={model.status} all={all()} />}
          </UseSignal>
        )}
      </UseSignal>
    ));
    placeBelow(offer, cell);
  }
}

interface IOfferProps {
  module: string;
  /** The name of the package. */
  name: string;
  /** It, and the others that the notebook imports and that are missing, too. */
  all: string[];
  trans: TranslationBundle;
  accept: (names: string[]) => Promise<void>;
  /** Run the cell without installing anything. */
  runAgain: () => Promise<void>;
  /** Ask the server whether the module is still missing. */
  isMissing: () => Promise<boolean>;
  status: IStatus | null;
}

/** A sentence and a button. */
function OfferLine(props: IOfferProps): JSX.Element {
  const { module, name, all, trans, accept, runAgain } = props;
  const [isBusy, begin] = useAccept(() => accept([name]));
  const [isBusyWithAll, beginAll] = useAccept(() => accept(all));
  const wasInstalled = useWasInstalled(props);
  if (wasInstalled && !isBusy && !isBusyWithAll) {
    return (
      <div role="status">
        <span>{trans.__('%1 is installed now.', name)}</span>
        <Button
          strong
          label={trans.__('Run again')}
          onClick={() => void runAgain()}
        />
      </div>
    );
  }
  return (
    <div role="status">
      <span>
        {module === name
          ? trans.__(
              '%1 is not installed in this notebook’s environment.',
              module
            )
          : trans.__('The module %1 is part of the package %2.', module, name)}
      </span>
      <Button
        strong
        label={
          isBusy
            ? trans.__('Installing %1…', name)
            : trans.__('Install %1 and run again', name)
        }
        disabled={isBusy || isBusyWithAll}
        onClick={begin}
      />
      {all.length > 1 && (
        <Button
          label={
            isBusyWithAll
              ? trans.__('Installing %1 packages…', all.length)
              : trans.__('Install all %1 and run again', all.length)
          }
          title={all.join(', ')}
          disabled={isBusy || isBusyWithAll}
          onClick={beginAll}
        />
      )}
    </div>
  );
}

/** Return whether the package has been installed since, in another way than by this offer. */
function useWasInstalled({ status, isMissing }: IOfferProps): boolean {
  const [wasInstalled, setWasInstalled] = React.useState(false);
  const { environment, installed } = status ?? {};
  const first = React.useRef([environment, installed]);
  React.useEffect(() => {
    let isCurrent = true;
    if (first.current[0] !== environment || first.current[1] !== installed) {
      isMissing().then(
        isStill => isCurrent && setWasInstalled(!isStill),
        () => undefined // what is shown stays as it is
      );
    }
    return () => {
      isCurrent = false;
    };
  }, [environment, installed]);
  return wasInstalled;
}
