import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Signal, type ISignal } from '@lumino/signaling';
import { AnswerError } from '../api/errors';
import type { Client } from '../api/client';
import { OpenDocument, type Context } from './document';
import { EnvironmentModel } from './model';
import type { IEnvironments } from '../tokens';

/**
 * Makes a model for each open notebook, shared by all views of it, and tells it what its kernel and
 * its document do.
 */
export class Environments implements IEnvironments {
  constructor(
    private _client: Client,
    private _tracker: INotebookTracker,
    private _settings: { saveAfterChange: boolean }
  ) {
    _tracker.widgetAdded.connect((_, panel) => this.of(panel));
    _tracker.currentChanged.connect(() => this._currentChanged.emit());
    _tracker.forEach(panel => this.of(panel));
  }

  /**
   * Whether the server runs our extension: where it does not, it is not asked again and again.
   */
  private _isServed = (): Promise<boolean> => {
    this._served ??= this._client.version().then(
      () => true,
      error => !(error instanceof AnswerError && error.status === 404)
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
      new OpenDocument(context),
      () => this._settings.saveAfterChange,
      this._isServed
    );
    this._models.set(context, model);
    context.disposed.connect(() => {
      model.dispose();
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
  sessionContext.kernelChanged.connect(() => model.touch());
  sessionContext.statusChanged.connect((_, status) => {
    if (['restarting', 'autorestarting', 'starting'].includes(status)) {
      model.restarted();
    } else if (status === 'idle') {
      model.touch();
    }
  });
  sessionContext.iopubMessage.connect((_, message) => {
    const content = message.content as {
      transient?: { nbenv?: { restart?: unknown } };
    };
    if (content.transient?.nbenv) {
      model.noted(content.transient.nbenv);
    }
  });
  context.pathChanged.connect(() => model.touch());
  context.saveState.connect((_, state) => {
    if (state === 'completed') {
      model.touch();
    }
  });
  context.model.metadataChanged.connect((_, change) => {
    if (change.key === 'nbenv') {
      model.touch();
    }
  });
  model.touch();
}
