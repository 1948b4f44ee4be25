import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';

type Context = DocumentRegistry.IContext<INotebookModel>;

/** Metadata that Lab and nbenv write unasked: the same in every page that shows the notebook. */
export const UNASKED = ['nbenv', 'kernelspec', 'language_info'];

/**
 * Knows whether a page has what its file has not, and what only a person or a kernel can have made:
 * text, outputs, cells.
 *
 * A document also counts as dirty when its kernel's name has changed.
 */
export class UnsavedEdits {
  constructor(context: Context) {
    void context.ready.then(() => {
      if (!context.isDisposed) {
        this._follow(context);
      }
    });
  }

  get any(): boolean {
    return this._any;
  }

  private _follow({ model }: Context): void {
    let isUnasked = false;
    model.metadataChanged.connect((_, { key }) => {
      isUnasked = UNASKED.includes(key); // the signal below follows at once
    });
    model.contentChanged.connect(() => {
      this._any = this._any || !isUnasked;
      isUnasked = false;
    });
    model.stateChanged.connect((_, { name }) => {
      if (name === 'dirty' && !model.dirty) {
        this._any = false; // saved, or read from the file again
      }
    });
  }

  private _any = false;
}
