import type { CodeCell } from '@jupyterlab/cells';
import {
  NotebookActions,
  type INotebookTracker,
  type Notebook
} from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { Client } from '../api/client';
import { missingModule } from '../environment/kernelReplies';
import type { IEnvironments } from '../tokens';
import { Button } from '../ui/button';

/**
 * What the offers need.
 */
export interface IInstallOffersOptions {
  client: Client;
  environments: IEnvironments;
  tracker: INotebookTracker;
  isEnabled: () => boolean;
  trans: TranslationBundle;
}

/**
 * Offers to install the package that provides a missing module, below the output of the cell that
 * failed to import it.
 */
export class InstallOffers {
  constructor(private _options: IInstallOffersOptions) {
    NotebookActions.executed.connect((_, { notebook, cell, error }) => {
      const module = missingModule(error);
      if (module && cell.model.type === 'code' && _options.isEnabled()) {
        void this._offer(notebook, cell as CodeCell, module);
      }
    });
  }

  private async _offer(
    notebook: Notebook,
    cell: CodeCell,
    module: string
  ): Promise<void> {
    const { client, environments, tracker, trans } = this._options;
    const panel = tracker.find(each => each.content === notebook);
    const model = panel && environments.of(panel);
    if (!panel || model?.status?.kernel.state !== 'running') {
      return;
    }
    const name = await client.packageOf(module, model.path).catch(() => null);
    if (!name || cell.isDisposed) {
      return;
    }
    const accept = async () => {
      await model.run('install', [name]);
      offer.dispose();
      await NotebookActions.runCells(notebook, [cell], panel.sessionContext);
    };
    const offer = new InstallOffer({ module, name, trans, accept });
    place(offer, cell);
  }
}

/** Put an offer below a cell's outputs; it disappears with them. */
function place(offer: InstallOffer, cell: CodeCell): void {
  const outputs = cell.outputArea;
  Widget.attach(offer, outputs.node);
  const remove = () => {
    outputs.model.changed.disconnect(remove);
    cell.disposed.disconnect(remove);
    offer.dispose();
  };
  outputs.model.changed.connect(remove);
  cell.disposed.connect(remove);
}

interface IOfferProps {
  module: string;
  /** The name of the package. */
  name: string;
  trans: TranslationBundle;
  accept: () => Promise<void>;
}

/**
 * One offer: a sentence and a button.
 */
class InstallOffer extends ReactWidget {
  constructor(private _props: IOfferProps) {
    super();
    this.addClass('jp-nbenv-Offer');
  }

  render(): JSX.Element {
    return <OfferLine {...this._props} />;
  }
}

function OfferLine(props: IOfferProps): JSX.Element {
  const { module, name, trans, accept } = props;
  const [isBusy, setIsBusy] = React.useState(false);
  const click = () => {
    setIsBusy(true);
    // The model keeps what went wrong, and the notice bar shows it.
    accept().catch(() => setIsBusy(false));
  };
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
        disabled={isBusy}
        onClick={click}
      />
    </div>
  );
}
