/**
 * What changed for one package; `old` and `new` are versions.
 */
export interface IChange {
  name: string;
  old: string | null;
  new: string | null;
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
  /** Names what was found, where the server says so. */
  digest?: string;
  /** The day whose versions are taken, and why that day. */
  as_of?: string | null;
  as_of_reason?: string;
}

export interface IOutdated {
  name: string;
  version: string;
  latest_version: string;
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
  | { type: 'progress'; phase: string; message: string }
  | { type: 'result'; summary: string; changes: IChange[]; data: unknown }
  | ({ type: 'error' } & IProblem)
  | { type: 'started' | 'text' };

export type JobResult = Extract<JobEvent, { type: 'result' }>;
