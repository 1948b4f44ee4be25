/**
 * What changed for one package; `old` and `new` are versions.
 */
export interface IChange {
  name: string;
  old: string | null;
  new: string | null;
}

/**
 * What would be downloaded; sizes in bytes.
 */
export interface IDownload {
  /** The packages that are not in the installer's cache. */
  count: number;
  /** The bytes of those whose size is known. */
  size: number;
  /** How many sizes are not known. */
  unknown: number;
  /** Whether the cache could be read; otherwise, more is there than it seems. */
  isCertain: boolean;
}

/**
 * A changed package whose old code a running kernel has imported: only a restart updates it.
 */
export interface IStale extends IChange {
  /** The imported module. */
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
  /** Where approval is needed: the digest of what the notebook records now. */
  digest?: string | null;
  /** Where the exact environment is unavailable: what can be restored instead. */
  steps?: IFallback[];
  /** Commands that may help. */
  fixes?: IFix[];
  /** Whether the same may work once a person has seen to its cause, such as a full disk. */
  again?: boolean;
}

/** Begins the flag of an install that names the address of an index. */
export const INDEX = 'index=';

/**
 * A command that may help after a failure; `about` are names, or a version, for its button.
 */
export interface IFix {
  kind: 'instead' | 'without' | 'also' | 'loosen' | 'python' | 'index';
  about: string[];
  verb: string;
  words: string[];
  flags: string[];
  /** What to install with another Python, where that is not the same as before. */
  then?: string[];
}

/**
 * An environment that is close to the recorded one, the smallest change first.
 */
export interface IFallback {
  level: 'cpu' | 'build' | 'python' | 'dated' | 'newest';
  python: string;
  /** What would be built from source. */
  built: string[];
  /** When it was as it would be, for `dated`. */
  date: string | null;
  /** What it would change, in one line. */
  told: string;
}

export interface IIndex {
  name: string;
  url: string;
  /** Whether it replaces the machine's default index. */
  default?: boolean;
}

/**
 * What a kernel is, which the server reads from its process.
 */
export interface IKernelStatus {
  state: 'none' | 'ordinary' | 'starting' | 'waiting' | 'running';
  environment?: string;
  error?: IProblem;
  /** When its process started: a restarted kernel keeps its id. */
  started?: number;
  /** Whether it runs on another machine, behind a gateway. */
  remote?: boolean;
  /** Whether the notebook records something else than it was started with, on another machine. */
  behind?: boolean;
}

/**
 * A job on a notebook's environment: a command of nbenv, or `build` by a starting kernel.
 */
export interface IJob {
  id: string;
  verb: string;
  words: string[];
  done: boolean;
}

/**
 * The server's view of a notebook's environment.
 */
export interface IStatus {
  recorded: boolean;
  record: string | null;
  saved: boolean;
  approved: boolean;
  ready: boolean;
  /** Whether the file has lost its record, of which this machine keeps a copy. */
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
  /** A sentence about the record, where the kernel is on another machine. */
  note?: string;
  kernel: IKernelStatus;
  job: IJob | null;
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
 * The requirements found in a notebook's cells, and the modules that no known package provides.
 */
export interface IFoundRequirements {
  found: { requirement: string; module: string | null }[];
  unknown: { module: string }[];
  /** The package indexes that the notebook names, in its install lines too. */
  indexes?: IIndex[];
  /** Local projects that it installs in place. */
  editable?: string[];
  /** What would be installed from an address or a folder, those in place included. */
  direct?: string[];
  /** What an index has by the name of a module that nbenv does not know. */
  by_name?: {
    name: string;
    modules: string[];
    version: string;
    summary: string;
    first_day: string;
  }[];
  /** Names what was found, where the server says so. */
  digest?: string;
  /** The day whose versions are taken, and why that day. */
  as_of?: string | null;
  as_of_reason?: string;
  /** The day whose versions would be taken, where that is not today. */
  resolved_as_of?: string | null;
  /** The last day on which all that the cells use was still there. */
  offered_as_of?: string | null;
  /** The Python that it would get. */
  python?: string | null;
  /** The size of the download in bytes, where it was asked for; null where it is not known. */
  download?: {
    count: number | null;
    size: number | null;
    unknown: number;
    problem: string;
    /** Whether what is in the installer's cache was left out. */
    is_certain?: boolean;
  };
}

export interface IOutdated {
  name: string;
  version: string;
  latest_version: string;
}

/**
 * What the field for a new package holds: its requirements, and names that may complete the last.
 */
export interface ITyped {
  requirements: string[];
  /** What is wrong with the text, '' if nothing is. */
  message: string;
  /** The text that may have been meant where it is wrong. */
  meant?: string;
  suggestions: ISuggestion[];
}

export interface ISuggestion {
  name: string;
  summary: string;
}

/**
 * A change of an environment that this machine remembers.
 */
export interface IPastChange {
  /** When it was made (ISO 8601), null where that is not known. */
  at: string | null;
  /** What it did, in a few words. */
  text: string;
  undone: boolean;
}

/**
 * An export format. `{stem}` in `file` stands for the notebook's name without `.ipynb`.
 */
export interface IExportFormat {
  format: string;
  label: string;
  file: string;
}

/**
 * The server's nbenv: its version and the formats that it exports.
 */
export interface IServerVersion {
  version: string;
  exports: IExportFormat[];
}

/**
 * An event of a job: its progress, and at the end its result or its error.
 */
export type JobEvent =
  | {
      type: 'progress';
      phase: string;
      message: string;
      /** Bytes, and seconds. */
      done?: number;
      total?: number;
      left?: number;
    }
  | { type: 'result'; summary: string; changes: IChange[]; data: unknown }
  | ({ type: 'error' } & IProblem)
  | { type: 'started' | 'text' };

export type JobResult = Extract<JobEvent, { type: 'result' }>;
