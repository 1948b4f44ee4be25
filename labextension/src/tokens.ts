import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IJob, IProblem, IStale, IStatus, JobResult } from './api/answers';

/**
 * The ids of the commands.
 */
export const CommandIDs = {
  open: 'nbenv:open',
  restore: 'nbenv:restore',
  upgrade: 'nbenv:upgrade',
  undo: 'nbenv:undo',
  redo: 'nbenv:redo',
  export: 'nbenv:export',
  restart: 'nbenv:restart',
  useKernel: 'nbenv:use-kernel',
  about: 'nbenv:about',
  imports: 'nbenv:imports'
};

/** The phases of a job, in their order. */
export const PHASES = ['python', 'resolve', 'create', 'install'];

/**
 * A command of nbenv, as a view asks for it.
 */
export interface IRequest {
  verb: string;
  words: string[];
  flags: string[];
}

/**
 * The job that is running, and how far it has come.
 */
export interface IProgress {
  job: IJob;
  phase: string;
  message: string;
  /** The bytes of the downloads that have come, and of all of them. */
  done?: number;
  total?: number;
  /** The seconds that the rest takes. */
  left?: number;
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
 * Why approval is asked for.
 */
export interface IApprovalQuestion {
  /** The command that would run. */
  verb: string;
  /** Whether to show the record even where the settings say to restore without asking. */
  isForced: boolean;
  /** Whether the record changed after the person had agreed to it. */
  isChanged: boolean;
}

/**
 * Shows what a notebook records and asks whether to go on; resolves to the digest of exactly what
 * was shown, or null without an agreement.
 */
export type Approver = (
  model: IEnvironmentModel,
  question: IApprovalQuestion
) => Promise<string | null>;

/**
 * A search for what a notebook needs.
 */
export interface ISearch {
  /** How often it was begun; 0 while nothing is to be shown. */
  readonly count: number;
  /** Save the notebook, since its file is read, and search. */
  begin(): Promise<void>;
  end(): void;
}

/**
 * The environment of one open notebook.
 */
export interface IEnvironmentModel {
  readonly changed: ISignal<IEnvironmentModel, void>;
  readonly state: State;
  readonly status: IStatus | null;
  readonly progress: IProgress | null;
  /** The jobs that begin when the one that is running has ended. */
  readonly waiting: IJob[];
  readonly problem: IProblem | null;
  /** The request that the problem is about, if a view asked for it. */
  readonly failed: IRequest | null;
  readonly stale: IStale[];
  /** Whether the notebook's cells imported something when it was opened. */
  readonly importsAtOpen: boolean;
  /** Whether the notebook's file cannot be written, so that no change is recorded in it. */
  readonly isReadOnly: boolean;
  /** The notebook's language where that is not Python, and there is no environment; else empty. */
  readonly otherLanguage: string;
  /** The search for the packages that the notebook needs, which the panel shows. */
  readonly search: ISearch;
  /** Distinguishes this model from those of other notebooks, even when they are renamed. */
  readonly key: string;
  readonly path: string;
  refresh(): Promise<void>;
  /**
   * Run a command; a record that was never approved here is shown first, whoever calls.
   */
  run(verb: string, words?: string[], flags?: string[]): Promise<unknown>;
  /**
   * Show what the notebook records, and restore it if the person agrees.
   */
  review(): Promise<void>;
  /**
   * Return what a command would change, or what one that changes nothing finds; asks as `run` does,
   * which then takes the same agreement.
   */
  ask(verb: string, words?: string[], flags?: string[]): Promise<JobResult>;
  /** Stop a job, the running one unless another is named. */
  cancel(job?: IJob): Promise<void>;
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
