import type { Cell, CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Client } from '../api/client';
import type { IEnvironmentModel, IEnvironments } from '../tokens';
import { Button } from '../ui/button';
import { Offer, useAccept } from '../ui/offer';
import { placeBelow } from '../ui/placeBelow';
import { packageCount } from '../ui/text';
import type { Moves } from './moves';

export interface IMoveOffersOptions {
  client: Client;
  environments: IEnvironments;
  moves: Moves;
  isEnabled: () => boolean;
  isDismissed: (model: IEnvironmentModel) => boolean;
  dismiss: (model: IEnvironmentModel) => void;
  trans: TranslationBundle;
}

/**
 * Offers to move a notebook from another kernel to its own, below a cell that failed there because a
 * module is missing.
 */
export class MoveOffers {
  constructor(private _options: IMoveOffersOptions) {}

  /**
   * Offer it below a cell. `behind` gives the cells that were skipped because this one failed.
   */
  async offer(
    panel: NotebookPanel,
    cell: CodeCell,
    module: string,
    behind: () => Cell[]
  ): Promise<void> {
    const { client, environments, moves, trans } = this._options;
    const model = environments.of(panel);
    if (!this._options.isEnabled() || !(await moves.isPossible(panel))) {
      return;
    }
    const isOwn = model.status?.recorded || model.status?.stripped;
    const name = isOwn
      ? module
      : await client
          .packageOf(module, model.path, 'ordinary')
          .catch(() => null);
    if (!name || cell.isDisposed || this._options.isDismissed(model)) {
      return;
    }
    const cells = () => [cell, ...behind()];
    const accept = async () => {
      await (isOwn
        ? moves.switchTo(panel, { cells })
        : moves.adopt(panel, { module, name }, cells));
    };
    const dismiss = () => {
      this._options.dismiss(model);
      offer.dispose();
    };
    const props = { model, module, accept, dismiss, trans };
    const offer = new Offer(() => <OfferLine {...props} />);
    placeBelow(offer, cell);
  }
}

interface IOfferProps {
  model: IEnvironmentModel;
  module: string;
  accept: () => Promise<void>;
  dismiss: () => void;
  trans: TranslationBundle;
}

function OfferLine(props: IOfferProps): JSX.Element {
  const { model, accept, dismiss, trans } = props;
  const [isBusy, begin] = useAccept(accept);
  const isOwn = model.status?.recorded || model.status?.stripped;
  return (
    <div role="status">
      <span>{sentence(props)}</span>
      <Button
        strong
        label={
          isOwn
            ? trans.__('Switch and run again')
            : trans.__('Find required packages…')
        }
        title={
          isOwn
            ? trans.__('Switch to the kernel Python (own environment)')
            : trans.__(
                'Save and read the notebook, and show what would be installed before anything is'
              )
        }
        disabled={isBusy}
        onClick={begin}
      />
      <Button label={trans.__('Not now')} disabled={isBusy} onClick={dismiss} />
    </div>
  );
}

function sentence({ model, module, trans }: IOfferProps): string {
  const { status } = model;
  if (status?.recorded) {
    return trans.__(
      '%1 is not in this kernel. The notebook carries an environment of its own (Python %2, %3).',
      module,
      status.python,
      packageCount(status.locked, trans)
    );
  }
  return status?.stripped
    ? trans.__(
        '%1 is not in this kernel. The notebook had an environment of its own, of which this machine keeps a copy.',
        module
      )
    : trans.__(
        '%1 is not in this kernel. The notebook can have an environment of its own, with all that it needs.',
        module
      );
}
