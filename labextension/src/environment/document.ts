import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { JSONObject, ReadonlyJSONValue } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { IStale, JobResult } from '../api/answers';
import { FileFollower } from './fileFollower';
import { askKernel } from './kernelComm';
import { otherLanguage } from './language';
import { settled } from './settledFile';
import { UnsavedEdits } from './unsavedEdits';

/** The name of our kernelspec. */
export const KERNEL = 'nbenv';
/** The metadata key of the record. */
export const KEY = 'nbenv';
const IMPORT = /^\s*(import|from)\s+\w/m;
const UNTITLED = /^[Uu]ntitled\d*\.\w+$/;

export type Context = DocumentRegistry.IContext<INotebookModel>;

/**
 * Tell whether a notebook has a name of its own, and so may be saved unasked.
 */
export function isNamed(localPath: string): boolean {
  // The last part only: with collaboration, the path may begin with a drive.
  return !UNTITLED.test(PathExt.basename(localPath));
}

/**
 * Tell whether the server says that a notebook's file cannot be written.
 */
function isReadOnly(context: Context): boolean {
  return context.contentsModel?.writable === false;
}

/** Milliseconds after which a file that another page has saved is looked at again. */
const AGAIN = 2_000;

/** What follows the file of each open notebook. */
const FOLLOWERS = new WeakMap<Context, FileFollower>();

/** The last save of each notebook that was begun unasked. */
const SAVES = new WeakMap<Context, Promise<void>>();

/**
 * Save a notebook unasked, unless its file is read-only, or a server saves what several people
 * share: a page that saves beside it can find the file changed, and asks which of the two to keep.
 *
 * What another page has saved meanwhile is taken over first. Only where both have typed into the same
 * cell, Lab asks.
 */
export async function saveUnasked(context: Context): Promise<void> {
  if (!context.model.collaborative && !isReadOnly(context)) {
    const saved = saveAfter(SAVES.get(context), context);
    SAVES.set(context, saved);
    await saved;
  }
}

/** Save once no save is going on: Lab takes the file of one for another page's in the other one. */
async function saveAfter(
  former: Promise<void> | undefined,
  context: Context
): Promise<void> {
  await former?.catch(() => undefined);
  const follower = FOLLOWERS.get(context);
  await follower?.settled();
  await follower?.takeOver();
  await context.save();
}

/**
 * What the model needs of an open notebook.
 */
export interface IDocument extends IDisposable {
  readonly path: string;
  readonly kernel: string;
  /** Whether the notebook has a name of its own, and so may be saved unasked. */
  readonly isNamed: boolean;
  /** Whether the cells imported something when the notebook was opened. */
  readonly importsAtOpen: boolean;
  /** Whether the server says that the file cannot be written. */
  readonly isReadOnly: boolean;
  /** Whether the page has it otherwise than the file. */
  readonly isDirty: boolean;
  /** Whether a server keeps and saves the document for all pages. */
  readonly isShared: boolean;
  /** The notebook's language where that is not Python, else empty. */
  readonly otherLanguage: string;
  record: ReadonlyJSONValue | undefined;
  save(): Promise<void>;
  /**
   * Show what the file has now beside what only this page has, unless a person has to decide between
   * the two, or several people share the model. Resolves to whether it does.
   */
  reload(): Promise<boolean>;
  /** Find out which kernel the notebook has now; another page may have given it another one. */
  followSession(): Promise<void>;
  restart(): Promise<void>;
  useOwnKernel(): Promise<void>;
  /**
   * Ask the kernel which packages only a restart updates, after a job that changed the environment
   * or without one. Resolves to null when the kernel does not say.
   */
  askKernel(result: JobResult | null): Promise<IStale[] | null>;
}

/**
 * An open notebook; there is one, however many views show it.
 */
export class OpenDocument implements IDocument {
  constructor(
    private _context: Context,
    private _contents: Contents.IManager
  ) {
    this._edits = new UnsavedEdits(_context);
    this._follower = new FileFollower(_context, _contents, this._edits);
    FOLLOWERS.set(_context, this._follower);
    void _context.ready.then(() => {
      this._importsAtOpen = [...(_context.model?.cells ?? [])].some(
        cell =>
          cell.type === 'code' && IMPORT.test(cell.sharedModel.getSource())
      );
    });
  }

  get importsAtOpen(): boolean {
    return this._importsAtOpen;
  }

  get isReadOnly(): boolean {
    return isReadOnly(this._context);
  }

  get isDirty(): boolean {
    return this._context.model?.dirty ?? false;
  }

  get isShared(): boolean {
    return this._context.model?.collaborative ?? false;
  }

  get otherLanguage(): string {
    const { model } = this._context;
    return model ? otherLanguage(model) : ''; // there is none until the file is read
  }

  get path(): string {
    return this._context.path;
  }

  get kernel(): string {
    return this._context.sessionContext.session?.kernel?.id ?? '';
  }

  get isNamed(): boolean {
    return isNamed(this._context.localPath);
  }

  get record(): ReadonlyJSONValue | undefined {
    return this._context.model.getMetadata(KEY);
  }

  set record(value: ReadonlyJSONValue | undefined) {
    this._context.model.setMetadata(KEY, value);
  }

  async save(): Promise<void> {
    await saveUnasked(this._context);
  }

  async reload(): Promise<boolean> {
    if (this.isShared || this._context.isDisposed) {
      return false;
    }
    if (await this._follower.takeOver()) {
      // A page saves its record first, and what its cell printed with the next save.
      const again = setTimeout(() => void this._follower.takeOver(), AGAIN);
      this._gone.signal.addEventListener('abort', () => clearTimeout(again));
      return true;
    }
    await settled(this._contents, this.path);
    if (!this._isAsFiled()) {
      return false;
    }
    await this._context.revert();
    return true;
  }

  async followSession(): Promise<void> {
    await this._context.sessionContext.sessionManager.refreshRunning();
  }

  async restart(): Promise<void> {
    await this._context.sessionContext.session?.kernel?.restart();
  }

  async useOwnKernel(): Promise<void> {
    await this._context.sessionContext.changeKernel({ name: KERNEL });
  }

  async askKernel(result: JobResult | null): Promise<IStale[] | null> {
    const kernel = this._context.sessionContext.session?.kernel;
    const event = result as JSONObject | null; // it came as JSON
    return kernel ? askKernel(kernel, event, this._gone.signal) : null;
  }

  get isDisposed(): boolean {
    return this._gone.signal.aborted;
  }

  /**
   * End what still waits for the kernel; the notebook itself stays as it is.
   */
  dispose(): void {
    this._gone.abort();
  }

  /** Whether reading the file again loses nothing. */
  private _isAsFiled(): boolean {
    return !(this._edits.any || this.isShared || this._context.isDisposed);
  }

  private _edits: UnsavedEdits;
  private _follower: FileFollower;
  private _importsAtOpen = false;
  private _gone = new AbortController();
}
