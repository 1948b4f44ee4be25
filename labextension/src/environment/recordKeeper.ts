import { JSONExt } from '@lumino/coreutils';
import type { IStatus } from '../api/answers';
import type { Client } from '../api/client';
import type { IDocument } from './document';

/**
 * Keeps the record in the shared model of an open notebook.
 */
export class RecordKeeper {
  constructor(
    private _client: Client,
    private _document: IDocument,
    private _savesAfterChange: () => boolean
  ) {}

  /**
   * Note that a command has changed the record.
   */
  expect(): void {
    this._isChanged = true;
  }

  /**
   * Put a record that is not saved yet into the shared model, then save the notebook.
   *
   * A collaboration server may have saved it at once: then the model alone lacks it.
   */
  async keep(status: IStatus): Promise<void> {
    const isChanged = this._isChanged;
    this._isChanged = false;
    if ((status.saved && !isChanged) || !status.record) {
      return;
    }
    const record = await this._client.record(this._document.path);
    const shown = this._document.record ?? null;
    if (!record || JSONExt.deepEqual(record, shown)) {
      return;
    }
    this._document.record = record;
    const isSaved = status.saved || !this._document.isNamed;
    if (!isSaved && this._savesAfterChange()) {
      await this._document.save();
    }
  }

  private _isChanged = false;
}
