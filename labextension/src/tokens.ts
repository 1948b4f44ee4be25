import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { NotebookPanel } from '@jupyterlab/notebook';

/**
 * What a change did to one distribution; `old` and `new` are versions.
 */
export interface IChange {
  name: string;
  old: string | null;
  new: string | null;
}

/**
 * A distribution that only a restart brings up to date, and the imported module that makes it so.
 */
export interface IStale extends IChange {
  module: string;
}

/**
 * What failed, why, and what to do next. `kind` names the class of the error.
 */
export interface IProblem {
  kind: string;
  what: string;
  why: string;
  todo: string;
}

export interface IIndex {
  name: string;
  url: string;
}

/**
 * What a kernel is, told from its process by the server.
 */
export interface IKernelTruth {
  state: 'none' | 'ordinary' | 'starting' | 'waiting' | 'running';
  environment?: string;
  error?: IProblem;
  /** When its process started: a restart keeps the kernel's name. */
  started?: number;
}

/**
 * Work that goes on about a notebook: a verb of nbenv's, or `build` by a starting kernel.
 */
export interface IWork {
  id: string;
  verb: string;
  words: string[];
  done: boolean;
}

/**
 * What the server says of a notebook's environment.
 */
export interface IStatus {
  recorded: boolean;
  record: string | null;
  saved: boolean;
  approved: boolean;
  ready: boolean;
  /** Whether the file lost its record, and this machine still knows it. */
  stripped?: boolean;
  python: string;
  requirements: string[];
  indexes: IIndex[];
  locked: number;
  installed: number;
  environment: string | null;
  stale: string[];
  drift: IChange[];
  policy: string;
  kernel: IKernelTruth;
  job: IWork | null;
}

export interface IDistribution {
  name: string;
  version: string;
  requirement: string | null;
  size: number | null;
  needs: string[];
}

/**
 * Everything in an environment; sizes in bytes.
 */
export interface IPackages {
  python: string;
  size: number | null;
  kernel: string;
  distributions: IDistribution[];
}

/**
 * What a notebook's cells tell of what it needs; a day where old versions are taken, and why.
 */
export interface IFindings {
  found: { requirement: string; module: string | null }[];
  unknown: { module: string }[];
  as_of?: string | null;
  as_of_reason?: string;
}

export interface IOutdated {
  name: string;
  version: string;
  latest_version: string;
}

/**
 * What restoring would do, before anybody agrees to it; sizes in bytes.
 */
export interface IPreview {
  python: string;
  python_here: boolean;
  count: number;
  download: number | null;
  sizes_unknown: number;
  indexes: IIndex[];
  direct: string[];
  source: string[];
  problem: string;
  distributions: {
    name: string;
    version: string | null;
    url: string | null;
    size: number | null;
    source: boolean | null;
  }[];
}

/**
 * What a job says: how far it is, and at last its result or its error.
 */
export type JobEvent =
  | { type: 'progress'; phase: string; message: string }
  | { type: 'result'; summary: string; changes: IChange[]; data: unknown }
  | ({ type: 'error' } & IProblem)
  | { type: 'started' | 'text' };

/**
 * How far the work is that goes on.
 */
export interface IProgress {
  work: IWork;
  phase: string;
  message: string;
}

/**
 * The states that a notebook's environment is shown in.
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
  /** Tells this model from those of other notebooks, whatever their names become. */
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
 * The environments of the notebooks that are open.
 */
export interface IEnvironments {
  /**
   * The model of a notebook, for as long as it is open.
   */
  of(panel: NotebookPanel): IEnvironmentModel;
  readonly current: IEnvironmentModel | null;
  readonly currentChanged: ISignal<IEnvironments, void>;
}

export const IEnvironments = new Token<IEnvironments>(
  'jupyter-nbenv:IEnvironments',
  'The environments of the notebooks that are open.'
);
