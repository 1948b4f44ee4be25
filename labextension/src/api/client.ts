import type {
  IFindings,
  IOutdated,
  IPackages,
  IPreview,
  IProblem,
  IStatus,
  IWork,
  JobEvent
} from '../tokens';

/**
 * How the client reaches the server: `request.ts`, or something else in tests.
 */
export interface ITransport {
  ask(path: string, init?: RequestInit): Promise<unknown>;
  lines(path: string): AsyncIterable<unknown>;
}

/**
 * An answer that is not of the form that this version of the extension knows.
 */
export class FormError extends Error {
  constructor(path: string, key: string) {
    super(`The server's answer to ${path} has no ${key}.`);
  }
}

type Shape = Record<
  string,
  'string' | 'number' | 'boolean' | 'object' | 'array'
>;

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
const WORK: Shape = { id: 'string', verb: 'string', done: 'boolean' };
const PACKAGES: Shape = { python: 'string', distributions: 'array' };
const VERSION: Shape = { version: 'string', formats: 'array' };
const PYTHONS: Shape = { pythons: 'array', default: 'string' };
const FINDINGS: Shape = { found: 'array', unknown: 'array' };
const PREVIEW: Shape = {
  count: 'number',
  distributions: 'array',
  indexes: 'array',
  direct: 'array',
  source: 'array'
};

/**
 * Check that `value` has the keys of a shape; return it typed.
 */
export function shaped<T>(value: unknown, shape: Shape, path: string): T {
  const found = (value ?? {}) as Record<string, unknown>;
  for (const [key, kind] of Object.entries(shape)) {
    const held = found[key];
    const fits =
      kind === 'array'
        ? Array.isArray(held)
        : held !== null && typeof held === kind;
    if (!fits) {
      throw new FormError(path, key);
    }
  }
  return value as T;
}

/**
 * The server extension's API, typed; every answer is checked.
 */
export class Client {
  constructor(private _transport: ITransport) {}

  async version(): Promise<{ version: string; formats: string[] }> {
    return this._get('version', {}, VERSION);
  }

  async status(path: string, kernel: string): Promise<IStatus> {
    return this._get('status', { path, kernel }, STATUS);
  }

  /**
   * The newest record of a notebook, what its metadata shall hold.
   */
  async record(path: string): Promise<Record<string, unknown> | null> {
    const answer = await this._get<{ record: Record<string, unknown> | null }>(
      'record',
      { path },
      {}
    );
    return answer.record ?? null;
  }

  async packages(path: string): Promise<IPackages> {
    return this._get('packages', { path }, PACKAGES);
  }

  async pythons(): Promise<{ pythons: { python: string }[]; default: string }> {
    return this._get('pythons', {}, PYTHONS);
  }

  /**
   * What is wrong with a requirement; empty when nothing is.
   */
  async complaint(text: string): Promise<string> {
    // In a body: what is typed may hold a password, which no log of addresses may.
    const body = JSON.stringify({ text });
    const answer = await this._transport.ask('requirement', {
      method: 'POST',
      body
    });
    const shape: Shape = { message: 'string' };
    return shaped<{ message: string }>(answer, shape, 'requirement').message;
  }

  /**
   * The distribution that brings a module and is not installed yet, null when none is known.
   */
  async distributionOf(module: string, path: string): Promise<string | null> {
    const answer = await this._get<{ distribution: string | null }>(
      'module',
      { name: module, path },
      {}
    );
    return answer.distribution ?? null;
  }

  async start(
    path: string,
    verb: string,
    words: string[],
    flags: string[]
  ): Promise<IWork> {
    const body = JSON.stringify({ path, verb, words, flags });
    const answer = await this._transport.ask('jobs', { method: 'POST', body });
    return shaped(answer, WORK, 'jobs');
  }

  async stop(work: IWork, path: string): Promise<void> {
    const query = new URLSearchParams({ path });
    await this._transport.ask(`jobs/${work.id}?${query}`, { method: 'DELETE' });
  }

  /**
   * The events of a job from its first on, until it ends.
   */
  async *events(work: IWork, path: string): AsyncGenerator<JobEvent> {
    const query = new URLSearchParams({ path });
    const lines = this._transport.lines(`jobs/${work.id}/events?${query}`);
    for await (const line of lines) {
      yield shaped<JobEvent>(line, { type: 'string' }, 'events');
    }
  }

  /**
   * Run a verb that changes nothing to its end; return the data of its result.
   */
  async look(
    path: string,
    verb: string,
    words: string[] = [],
    flags: string[] = []
  ): Promise<Extract<JobEvent, { type: 'result' }>> {
    const work = await this.start(path, verb, words, flags);
    for await (const event of this.events(work, path)) {
      if (event.type === 'error') {
        throw new ProblemError(event);
      }
      if (event.type === 'result') {
        return event;
      }
    }
    throw new FormError(verb, 'result');
  }

  async preview(path: string): Promise<IPreview> {
    const { data } = await this.look(path, 'restore', [], ['dry-run']);
    return shaped(data, PREVIEW, 'restore');
  }

  async outdated(path: string): Promise<IOutdated[]> {
    return (await this.look(path, 'outdated')).data as IOutdated[];
  }

  /**
   * What the saved notebook's cells tell of what it needs.
   */
  async needs(path: string): Promise<IFindings> {
    const { data } = await this.look(path, 'adopt', [], ['dry-run']);
    return shaped(data, FINDINGS, 'adopt');
  }

  async exported(path: string, format: string): Promise<string> {
    const { data } = await this.look(path, 'export', [format]);
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

/**
 * A job that failed, with what nbenv said of it.
 */
export class ProblemError extends Error {
  constructor(
    readonly problem: { kind: string; what: string; why: string; todo: string }
  ) {
    super(problem.what);
  }
}

/**
 * What went wrong, as the views show it.
 */
export function asProblem(error: unknown): IProblem {
  if (error instanceof ProblemError) {
    return error.problem;
  }
  const what = error instanceof Error ? error.message : String(error);
  return { kind: 'Nbenv', what, why: '', todo: '' };
}
