import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IJob, IProblem, IStale, IStatus } from './api/answers';

/**
 * The ids of the commands.
 */
export const CommandIDs = {
  open: 'nbenv:open',
  restore: 'nbenv:restore',
  upgrade: 'nbenv:upgrade',
  undo: 'nbenv:undo',
  export: 'nbenv:export',
  restart: 'nbenv:restart',
  useKernel: 'nbenv:use-kernel',
  about: 'nbenv:about'
};

/**
 * The job that is running, and how far it has come.
 */
export interface IProgress {
  job: IJob;
  phase: string;
  message: string;
}

/**
 * The states in which a notebook's environment is shown.
 */
export type State =
  | 'unknown'
  | 'none'
  | 'stopped'
  | 'starting'
  | 'restoring'
  | 'changing'
  | 'approval'
  | 'failed'
  | 'other'
  | 'restart'
  | 'changed'
  | 'ready';

/**
 * The environment of one open notebook.
 */
export interface IEnvironmentModel {
  readonly changed: ISignal<IEnvironmentModel, void>;
  readonly state: State;
  readonly status: IStatus | null;
  readonly progress: IProgress | null;
  readonly problem: IProblem | null;
  readonly stale: IStale[];
  /** Whether the notebook's cells imported something when it was opened. */
  readonly importsAtOpen: boolean;
  /** Distinguishes this model from those of other notebooks, even when they are renamed. */
  readonly key: string;
  readonly path: string;
  refresh(): Promise<void>;
  run(verb: string, words?: string[], flags?: string[]): Promise<unknown>;
  cancel(): Promise<void>;
  restart(): Promise<void>;
  useOwnKernel(): Promise<void>;
  dismiss(): void;
}

/**
 * The environments of open notebooks.
 */
export interface IEnvironments {
  /**
   * Return the model of a notebook, the same one for as long as the notebook is open.
   */
  of(panel: NotebookPanel): IEnvironmentModel;
  readonly current: IEnvironmentModel | null;
  readonly currentChanged: ISignal<IEnvironments, void>;
}

export const IEnvironments = new Token<IEnvironments>(
  'jupyter-nbenv:IEnvironments',
  'The environments of open notebooks.'
);
