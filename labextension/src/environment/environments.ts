import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';
import { ResponseError } from '../api/errors';
import type { Client } from '../api/client';
import { KEY, OpenDocument, type Context } from './document';
import { EnvironmentModel } from './model';
import type { Approver, IEnvironments } from '../tokens';

/**
 * The models of open notebooks: one per notebook, shared by all its views, and refreshed on what its
 * kernel and its document do.
 */
export class Environments implements IEnvironments {
  constructor(
    private _client: Client,
    private _contents: Contents.IManager,
    private _tracker: INotebookTracker,
    private _settings: { saveAfterChange: boolean },
    private _approver: Approver
  ) {
    _tracker.widgetAdded.connect((_, panel) => this.of(panel));
    _tracker.currentChanged.connect(() => this._currentChanged.emit());
    _tracker.forEach(panel => this.of(panel));
  }

  /**
   * Tell whether the server has our extension; if it does not, it is asked only once.
   */
  private _isServed = (): Promise<boolean> => {
    this._served ??= this._client.version().then(
      () => true,
      error => !(error instanceof ResponseError && error.status === 404)
    );
    return this._served;
  };

  get current(): EnvironmentModel | null {
    const panel = this._tracker.currentWidget;
    return panel ? this.of(panel) : null;
  }

  get currentChanged(): ISignal<IEnvironments, void> {
    return this._currentChanged;
  }

  of(panel: NotebookPanel): EnvironmentModel {
    const { context } = panel;
    const known = this._models.get(context);
    if (known) {
      return known;
    }
    const model = new EnvironmentModel(
      this._client,
      new OpenDocument(context, this._contents),
      this._approver,
      () => this._settings.saveAfterChange,
      this._isServed
    );
    this._models.set(context, model);
    context.disposed.connect(() => {
      model.dispose(); // and the document with it
      this._models.delete(context);
    });
    void context.ready.then(() => listen(context, model));
    return model;
  }

  private _served: Promise<boolean> | null = null;
  private _models = new Map<Context, EnvironmentModel>();
  private _currentChanged = new Signal<IEnvironments, void>(this);
}

function listen(context: Context, model: EnvironmentModel): void {
  if (context.isDisposed) {
    return;
  }
  const { sessionContext } = context;
  sessionContext.kernelChanged.connect(() => model.refreshSoon());
  sessionContext.statusChanged.connect((_, status) => {
    if (['restarting', 'autorestarting', 'starting'].includes(status)) {
      model.takeRestart();
    } else if (status === 'idle') {
      model.refreshSoon();
    }
  });
  sessionContext.iopubMessage.connect((_, message) => {
    const content = message.content as {
      transient?: { nbenv?: { restart?: unknown } };
      data?: { stale?: unknown };
    };
    if (content.transient?.nbenv) {
      const { session } = message.parent_header as { session?: string };
      const kernel = sessionContext.session?.kernel;
      model.takeCellEvent(
        content.transient.nbenv,
        session === kernel?.clientId
      );
    } else if (message.header.msg_type === 'comm_msg') {
      // Also what the kernel answers another page: with some servers, this one cannot ask.
      model.takeStale(content.data?.stale);
    }
  });
  sessionContext.connectionStatusChanged.connect(() => model.refreshSoon());
  context.pathChanged.connect(() => model.refreshSoon());
  context.saveState.connect((_, state) => {
    if (state === 'completed') {
      model.refreshSoon();
    }
  });
  context.model.metadataChanged.connect((_, change) => {
    if ([KEY, 'kernelspec', 'language_info'].includes(change.key)) {
      model.refreshSoon();
    }
  });
  model.refreshSoon();
}
