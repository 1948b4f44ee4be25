import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

/**
 * A line below a cell that offers to do something.
 */
export class Offer extends ReactWidget {
  constructor(private _line: () => JSX.Element) {
    super();
    this.addClass('jp-nbenv-Offer');
  }

  render(): JSX.Element {
    return this._line();
  }
}

/**
 * Return whether an offer is being carried out, and the function that begins it.
 *
 * Failures are not shown here: the model keeps what went wrong, and the notice bar shows it.
 */
export function useAccept(accept: () => Promise<void>): [boolean, () => void] {
  const [isBusy, setIsBusy] = React.useState(false);
  const begin = () => {
    setIsBusy(true);
    accept()
      .catch(() => undefined)
      .finally(() => setIsBusy(false));
  };
  return [isBusy, begin];
}
