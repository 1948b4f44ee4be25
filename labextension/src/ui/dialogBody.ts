import { ReactWidget } from '@jupyterlab/ui-components';

/**
 * The body of a dialog, a labelled region that Tab reaches.
 *
 * A dialog looks for what can be focused before React has rendered its body.
 */
export abstract class DialogBody extends ReactWidget {
  constructor(label: string, className: string) {
    super();
    this.addClass(className);
    this.node.tabIndex = 0;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', label);
  }
}
