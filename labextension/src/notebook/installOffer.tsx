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
import { Button } from '../ui/button';
import { missingModule } from '../environment/kernelReplies';
import type { IEnvironments } from '../tokens';

/**
 * Offers, below the output of a cell that lacks a module, to install what brings it.
 */
export class MissingModules {
  constructor(
    private _client: Client,
    private _environments: IEnvironments,
    private _tracker: INotebookTracker,
    private _isWanted: () => boolean,
    private _trans: TranslationBundle
  ) {
    NotebookActions.executed.connect((_, { notebook, cell, error }) => {
      const module = missingModule(error);
      if (module && cell.model.type === 'code' && this._isWanted()) {
        void this._offer(notebook, cell as CodeCell, module);
      }
    });
  }

  private async _offer(
    notebook: Notebook,
    cell: CodeCell,
    module: string
  ): Promise<void> {
    const panel = this._tracker.find(each => each.content === notebook);
    const model = panel && this._environments.of(panel);
    if (!panel || model?.status?.kernel.state !== 'running') {
      return;
    }
    const distribution = await this._client
      .distributionOf(module, model.path)
      .catch(() => null);
    if (!distribution || cell.isDisposed) {
      return;
    }
    const offer = new Offer(module, distribution, this._trans, async () => {
      await model.run('install', [distribution]);
      offer.dispose();
      await NotebookActions.runCells(notebook, [cell], panel.sessionContext);
    });
    place(offer, cell);
  }
}

/** Put an offer behind the outputs; it goes with them. */
function place(offer: Offer, cell: CodeCell): void {
  const outputs = cell.outputArea;
  Widget.attach(offer, outputs.node);
  const forget = () => {
    outputs.model.changed.disconnect(forget);
    cell.disposed.disconnect(forget);
    offer.dispose();
  };
  outputs.model.changed.connect(forget);
  cell.disposed.connect(forget);
}

/**
 * One offer: a sentence and a button.
 */
class Offer extends ReactWidget {
  constructor(
    private _module: string,
    private _distribution: string,
    private _trans: TranslationBundle,
    private _accept: () => Promise<void>
  ) {
    super();
    this.addClass('jp-nbenv-Offer');
  }

  render(): JSX.Element {
    return (
      <OfferLine
        module={this._module}
        distribution={this._distribution}
        trans={this._trans}
        accept={this._accept}
      />
    );
  }
}

function OfferLine(props: {
  module: string;
  distribution: string;
  trans: TranslationBundle;
  accept: () => Promise<void>;
}): JSX.Element {
  const { module, distribution, trans, accept } = props;
  const [isBusy, setIsBusy] = React.useState(false);
  const click = () => {
    setIsBusy(true);
    // The model keeps what went wrong, and the strip shows it.
    accept().catch(() => setIsBusy(false));
  };
  return (
    <div role="status">
      <span>
        {module === distribution
          ? trans.__('%1 is not in this notebook’s environment.', module)
          : trans.__('The module %1 comes with %2.', module, distribution)}
      </span>
      <Button
        strong
        label={
          isBusy
            ? trans.__('Installing %1 …', distribution)
            : trans.__('Install %1 and run again', distribution)
        }
        disabled={isBusy}
        onClick={click}
      />
    </div>
  );
}
