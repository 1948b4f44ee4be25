import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { IEnvironmentModel } from '../tokens';

/**
 * What the page has of one notebook's environment.
 */
export interface IPageCode {
  /** The packages whose widgets and renderers are loaded, with their versions. */
  loaded: string[];
  /** What the environment brings for JupyterLab, but is not used. */
  unused: string[];
  /** Those that could not be loaded. */
  failed: string[];
  /** Those that would be loaded if the settings did not forbid it. */
  off: string[];
  /** Why its widgets cannot be shown, and what to do; '' if they can. */
  conflict: string;
}

/**
 * What notebooks' environments bring into the page.
 */
export interface IEnvironmentWidgets {
  readonly changed: ISignal<IEnvironmentWidgets, void>;
  codeOf(model: IEnvironmentModel): IPageCode | null;
}

export const IEnvironmentWidgets = new Token<IEnvironmentWidgets>(
  'jupyter-nbenv:IEnvironmentWidgets',
  'The widgets that notebooks bring with their environments.'
);
