import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';

type RenderMime = NotebookPanel['content']['rendermime'];

/** What makes the views of a MIME type's outputs. */
export type RendererFactory = Parameters<RenderMime['addFactory']>[0];

/**
 * A module of widgets, as it registers itself.
 */
export interface IWidgetModule {
  name: string;
  version: string;
  exports: unknown;
}

/** What adds something to each notebook; extensions of Bokeh and Panel add their renderers so. */
export type NotebookExtension = DocumentRegistry.IWidgetExtension<
  NotebookPanel,
  INotebookModel
>;

/**
 * What an extension contributes to the notebooks whose environment brings it.
 */
export class Contributions {
  readonly modules: IWidgetModule[] = [];
  readonly renderers: { factory: RendererFactory; rank?: number }[] = [];
  readonly extensions: NotebookExtension[] = [];
  /** The plugins that were left out. */
  readonly left: string[] = [];
  /** Why it could not be loaded, '' if it could. */
  failure = '';
}
