import { JSONExt } from '@lumino/coreutils';
import type { IStatus } from '../api/answers';
import type { Client } from '../api/client';
import type { IDocument } from './document';

/** Milliseconds that another page has to save a change that was asked for there. */
const PATIENCE = 10_000;

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
   * Note that a command has changed the record, which this page or another one has asked for.
   *
   * That page saves it. If two did, the second would find the file changed, and ask a person which
   * of the two to keep. What a server saves for all pages is waited for by none; there, the server may
   * even run the cells, so that no page seems to have asked.
   */
  expect(isAskedHere: boolean): void {
    this._isChanged = true;
    const isWaiting = !isAskedHere && !this._document.isShared;
    this._waitsUntil = isWaiting ? Date.now() + PATIENCE : 0;
  }

  /**
   * Whether another page is about to save the record.
   */
  get isWaiting(): boolean {
    return Date.now() < this._waitsUntil;
  }

  /**
   * Put a record that is not saved yet into the shared model, then save the notebook.
   *
   * A collaboration server may have saved it at once, or another page: then the model alone lacks it.
   */
  async keep(status: IStatus): Promise<void> {
    if (this.isWaiting && !status.saved) {
      return;
    }
    const isChanged = this._isChanged;
    this._isChanged = false;
    this._waitsUntil = 0;
    if ((status.saved && !isChanged) || !status.record) {
      return;
    }
    const record = await this._client.record(this._document.path);
    const shown = this._document.record ?? null;
    if (!record || JSONExt.deepEqual(record, shown)) {
      return;
    }
    if (status.saved) {
      await this._document.reload(); // with the rest of what the other page has saved
    }
    const { isDisposed } = this._document; // closed meanwhile
    if (
      isDisposed ||
      JSONExt.deepEqual(record, this._document.record ?? null)
    ) {
      return;
    }
    this._document.record = record;
    const isSaved = status.saved || !this._document.isNamed;
    if (!isSaved && this._savesAfterChange()) {
      await this._document.save().catch(() => undefined); // Lab itself says why
    }
  }

  private _isChanged = false;
  private _waitsUntil = 0;
}
