import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type {
  IJob,
  IPackages,
  IPastChange,
  IServerVersion,
  IStatus,
  ITyped,
  JobEvent,
  JobResult
} from './answers';
import { FormError, ProblemError } from './errors';
import { readVersion } from './exports';
import { readMarks, type IMark } from './marks';
import { readExtensions, schemaPath, type IPageExtension } from './extensions';
import { readPreview, type IPreview } from './preview';
import { shaped, type Shape } from './shape';

/**
 * The way to the server: `request.ts`, or something else in tests.
 */
export interface ITransport {
  ask(path: string, init?: RequestInit): Promise<unknown>;
  lines(path: string): AsyncIterable<unknown>;
}

const STATUS: Shape = {
  recorded: 'boolean',
  ready: 'boolean',
  saved: 'boolean',
  approved: 'boolean',
  python: 'string',
  requirements: 'array',
  indexes: 'array',
  stale: 'array',
  drift: 'array',
  kernel: 'object'
};
const JOB: Shape = { id: 'string', verb: 'string', done: 'boolean' };
const PACKAGES: Shape = { python: 'string', distributions: 'array' };
const TYPED: Shape = {
  requirements: 'array',
  message: 'string',
  suggestions: 'array'
};
const PYTHONS: Shape = { pythons: 'array', default: 'string' };

/**
 * The server extension's API, typed; every response is checked.
 */
export class Client {
  constructor(private _transport: ITransport) {}

  async version(): Promise<IServerVersion> {
    return readVersion(await this._transport.ask('version'));
  }

  async status(path: string, kernel: string): Promise<IStatus> {
    return this._get('status', { path, kernel }, STATUS);
  }

  /**
   * Return the newest record of a notebook, to be written into its metadata.
   */
  async record(path: string): Promise<ReadonlyJSONObject | null> {
    const answer = await this._get<{ record: ReadonlyJSONObject | null }>(
      'record',
      { path },
      {}
    );
    return answer.record ?? null;
  }

  async packages(path: string): Promise<IPackages> {
    return this._get('packages', { path }, PACKAGES);
  }

  /**
   * Return the extensions of JupyterLab that a notebook's environment brings, if it is ready and
   * approved.
   */
  async extensions(path: string): Promise<IPageExtension[]> {
    const query = new URLSearchParams({ path });
    return readExtensions(await this._transport.ask(`extensions?${query}`));
  }

  /**
   * Return the schema of the settings of an extension's plugin.
   */
  async settingsSchema(
    extension: IPageExtension,
    plugin: string
  ): Promise<unknown> {
    return this._transport.ask(schemaPath(extension, plugin));
  }

  async pythons(): Promise<{ pythons: { python: string }[]; default: string }> {
    return this._get('pythons', {}, PYTHONS);
  }

  /**
   * Return the requirements in what a person typed or pasted, what is wrong with it, and names that
   * may complete it.
   */
  async typed(text: string): Promise<ITyped> {
    // In a body, since URLs are logged and the text may hold a password.
    const body = JSON.stringify({ text });
    const answer = await this._transport.ask('requirement', {
      method: 'POST',
      body
    });
    return shaped(answer, TYPED, 'requirement');
  }

  /**
   * Return the changes of a notebook's environment, the undone ones first, then the newest.
   */
  async history(path: string): Promise<IPastChange[]> {
    const shape: Shape = { changes: 'array' };
    return (
      await this._get<{ changes: IPastChange[] }>('history', { path }, shape)
    ).changes;
  }

  /**
   * Return the address of an installed package's documentation, or an empty string.
   */
  async docs(path: string, name: string): Promise<string> {
    const { docs } = await this._get<{ docs: string }>(
      'package',
      { path, name },
      { docs: 'string' }
    );
    return /^https:\/\//.test(docs) ? docs : '';
  }

  /**
   * Return versions of a package to choose from, the newest first: one of each of the last series.
   */
  async versions(path: string, name: string): Promise<string[]> {
    const { versions } = await this._get<{ versions: string[] }>(
      'versions',
      { path, name },
      { versions: 'array' }
    );
    return versions;
  }

  /**
   * Return the package that provides a module and is not installed yet, or null; with a `kernel`,
   * the module is missing in an ordinary one.
   */
  async packageOf(
    module: string,
    path: string,
    kernel: 'ordinary' | '' = ''
  ): Promise<string | null> {
    const answer = await this._get<{ distribution: string | null }>(
      'module',
      { name: module, path, kernel },
      {}
    );
    return answer.distribution ?? null;
  }

  /**
   * Return for each cell what its imports need.
   */
  async marks(path: string, cells: string[]): Promise<IMark[][]> {
    const body = JSON.stringify({ path, cells });
    const answer = await this._transport.ask('marks', { method: 'POST', body });
    return readMarks(answer);
  }

  /**
   * Return the code by which a kernel says which variables it has, saves them and loads them.
   */
  async carryCode(): Promise<string> {
    const shape: Shape = { code: 'string' };
    return (await this._get<{ code: string }>('carry', {}, shape)).code;
  }

  /**
   * Return the path of a new file for variables, which only this user can read.
   */
  async carryFile(): Promise<string> {
    const answer = await this._transport.ask('carry', { method: 'POST' });
    return shaped<{ file: string }>(answer, { file: 'string' }, 'carry').file;
  }

  /**
   * Start a job; `digest` is that of the record which the person saw and agreed to.
   */
  async start(
    path: string,
    verb: string,
    words: string[],
    flags: string[],
    digest: string | null = null
  ): Promise<IJob> {
    const agreed = digest === null ? {} : { digest };
    const body = JSON.stringify({ path, verb, words, flags, ...agreed });
    const answer = await this._transport.ask('jobs', { method: 'POST', body });
    return shaped(answer, JOB, 'jobs');
  }

  async stop(job: IJob, path: string): Promise<void> {
    const query = new URLSearchParams({ path });
    await this._transport.ask(`jobs/${job.id}?${query}`, { method: 'DELETE' });
  }

  /**
   * Yield all events of a job, from its first until it ends.
   */
  async *events(job: IJob, path: string): AsyncGenerator<JobEvent> {
    const query = new URLSearchParams({ path });
    const lines = this._transport.lines(`jobs/${job.id}/events?${query}`);
    for await (const line of lines) {
      yield shaped<JobEvent>(line, { type: 'string' }, 'events');
    }
  }

  /**
   * Run a job that changes nothing; return its result.
   *
   * Rejects with a `ProblemError` when the job fails.
   */
  async query(
    path: string,
    verb: string,
    words: string[] = [],
    flags: string[] = [],
    digest: string | null = null
  ): Promise<JobResult> {
    const job = await this.start(path, verb, words, flags, digest);
    for await (const event of this.events(job, path)) {
      if (event.type === 'error') {
        throw new ProblemError(event);
      }
      if (event.type === 'result') {
        return event;
      }
    }
    throw new FormError(verb, 'result');
  }

  /**
   * Return what a restore would install. No host is asked, unless for the download's `sizes`: then
   * this machine's own index is.
   */
  async preview(path: string, sizes = false): Promise<IPreview> {
    const flags = sizes ? ['dry-run'] : ['dry-run', 'no-sizes'];
    const { data } = await this.query(path, 'restore', [], flags);
    return readPreview(data);
  }

  async exported(path: string, format: string): Promise<string> {
    const { data } = await this.query(path, 'export', [format]);
    return shaped<{ text: string }>(data, { text: 'string' }, 'export').text;
  }

  private async _get<T>(
    name: string,
    query: Record<string, string>,
    shape: Shape
  ): Promise<T> {
    const words = new URLSearchParams(query).toString();
    const path = words ? `${name}?${words}` : name;
    return shaped<T>(await this._transport.ask(path), shape, name);
  }
}
