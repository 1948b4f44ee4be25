import type { IKernelStatus, IProblem, IStatus } from '../../api/answers';
import { Client } from '../../api/client';
import { DeclinedError, ProblemError } from '../../api/errors';
import { job, status } from '../../__tests__/parts';
import type { Approver, IApprovalQuestion } from '../../tokens';
import { findRequirements } from '../findRequirements';
import type { IDocument } from '../document';
import { EnvironmentModel } from '../model';

/** Everything in the page that changes an environment: each runs one of these. */
const VERBS: [string, string[]][] = [
  ['restore', []],
  ['install', ['six']],
  ['uninstall', ['six']],
  ['upgrade', []],
  ['upgrade', ['six']],
  ['undo', []],
  ['python', ['3.12']],
  ['adopt', []]
];
const KERNELS: IKernelStatus[] = [
  { state: 'none' },
  { state: 'ordinary' },
  { state: 'starting' },
  { state: 'waiting', error: problem('ApprovalNeeded') },
  { state: 'waiting', error: problem('Hash') },
  { state: 'running', environment: 'work-1' }
];

function problem(kind: string): IProblem {
  return { kind, what: 'No.', why: '', todo: '' };
}

/**
 * A server that does jobs only on the record that it approved or that comes with its digest.
 */
class Server {
  /** The digest of what the file records now. */
  present = 'one';
  approved: string[] = [];
  policy = 'ask';
  recorded = true;
  kernel: IKernelStatus = { state: 'running', environment: 'work-1' };
  /** Jobs that were done, as posted. */
  done: Record<string, unknown>[] = [];
  posted = 0;

  readonly client = new Client({
    ask: async (path, init) => {
      if (path === 'jobs') {
        this.posted++;
        return this._take(JSON.parse(String(init?.body)));
      }
      return path.startsWith('status') ? this._status() : {};
    },
    lines: () => this._lines()
  });

  private _status(): IStatus {
    const { recorded, policy, kernel } = this;
    const approved = !recorded || this.approved.includes(this.present);
    return status({ recorded, approved, policy }, kernel);
  }

  private _take(body: Record<string, unknown>): unknown {
    const { digest } = body;
    const agreed = digest === this.present;
    const isAllowed =
      !this.recorded ||
      agreed ||
      this.policy === 'always' ||
      (digest === undefined && this.approved.includes(this.present));
    this._end =
      isAllowed && this.failure
        ? { type: 'error', ...problem(this.failure) }
        : isAllowed
          ? { type: 'result', summary: '', changes: [], data: this.data }
          : { type: 'error', ...problem('ApprovalNeeded') };
    if (isAllowed) {
      this.done.push(body);
    }
    return job(String(body.verb));
  }

  private async *_lines(): AsyncGenerator<unknown> {
    yield this._end;
  }

  data: unknown = null;
  /** The kind of error that allowed jobs end with. */
  failure: string | null = null;
  private _end: unknown = null;
}

/** A person who agrees to what the dialog shows, or does not. */
class Person {
  questions: IApprovalQuestion[] = [];
  agrees = true;
  /** What happens while the dialog is open, once it has shown the record. */
  meanwhile: () => void = () => undefined;

  constructor(private _server: Server) {}

  approve: Approver = async (_, question) => {
    this.questions.push(question);
    const shown = this._server.present;
    this.meanwhile();
    return this.agrees ? shown : null;
  };
}

async function parts(
  prepare: (server: Server) => void = () => undefined,
  approver?: Approver
): Promise<{ server: Server; person: Person; model: EnvironmentModel }> {
  const server = new Server();
  prepare(server);
  const person = new Person(server);
  const document = {
    path: 'a.ipynb',
    kernel: 'k',
    askKernel: async () => null,
    isShared: false,
    reload: async () => false,
    followSession: async () => undefined,
    restart: async () => undefined,
    useOwnKernel: async () => undefined,
    dispose: () => undefined
  } as unknown as IDocument;
  const model = new EnvironmentModel(
    server.client,
    document,
    approver ?? person.approve
  );
  models.push(model);
  await model.refresh();
  return { server, person, model };
}

const models: EnvironmentModel[] = [];

afterEach(() => models.splice(0).forEach(model => model.dispose()));

describe.each(VERBS)('%s %j', (verb, words) => {
  it('asks for no approval of what was approved', async () => {
    const { server, person, model } = await parts(each => {
      each.approved = ['one'];
    });
    await model.run(verb, words);
    expect(person.questions).toEqual([]);
    expect(server.done).toHaveLength(1);
    expect(server.done[0]).not.toHaveProperty('digest');
  });

  it.each(KERNELS)('asks first, whatever the kernel is: %j', async kernel => {
    const { server, person, model } = await parts(each => {
      each.kernel = kernel;
    });
    await model.run(verb, words);
    expect(person.questions).toEqual([
      { verb, isForced: false, isChanged: false }
    ]);
    expect(server.done).toEqual([
      { path: 'a.ipynb', verb, words, flags: [], digest: 'one' }
    ]);
  });

  it('starts nothing without an agreement', async () => {
    const { server, person, model } = await parts();
    person.agrees = false;
    await expect(model.run(verb, words)).rejects.toThrow(DeclinedError);
    expect(server.posted).toBe(0);
    expect(model.problem).toBeNull();
  });

  it('shows the new record when it changed behind the dialog', async () => {
    const { server, person, model } = await parts();
    person.meanwhile = () => {
      server.present = 'two';
      person.agrees = person.questions.length === 1;
    };
    await expect(model.run(verb, words)).rejects.toThrow(DeclinedError);
    expect(server.done).toEqual([]);
    expect(person.questions[1]).toEqual({
      verb,
      isForced: true,
      isChanged: true
    });
    expect(server.posted).toBe(1);
  });

  it('does what was agreed to about the new record', async () => {
    const { server, person, model } = await parts();
    person.meanwhile = () => void (server.present = 'two');
    await model.run(verb, words);
    expect(server.done.map(each => each.digest)).toEqual(['two']);
    expect(person.questions).toHaveLength(2);
  });

  it('asks when an approved record was replaced unseen', async () => {
    const { server, person, model } = await parts(each => {
      each.approved = ['one'];
    });
    server.present = 'evil';
    person.agrees = false;
    await expect(model.run(verb, words)).rejects.toThrow(DeclinedError);
    expect(person.questions).toHaveLength(1);
    expect(server.done).toEqual([]);
  });

  it('gives up when the server refuses what was agreed to', async () => {
    const { server, model } = await parts(undefined, async () => 'another');
    await expect(model.run(verb, words)).rejects.toThrow(ProblemError);
    expect(server.done).toEqual([]);
  });

  it('asks for nothing where the server approves everything', async () => {
    const { server, person, model } = await parts(each => {
      each.policy = 'always';
    });
    await model.run(verb, words);
    expect(person.questions).toEqual([]);
    expect(server.done).toHaveLength(1);
  });

  it('asks for nothing where nothing is recorded', async () => {
    const { server, person, model } = await parts(each => {
      each.recorded = false;
    });
    await model.run(verb, words);
    expect(person.questions).toEqual([]);
    expect(server.done).toHaveLength(1);
  });
});

describe('after a failure', () => {
  it('asks nobody again about the record that they agreed to', async () => {
    const { server, person, model } = await parts();
    server.failure = 'Interpreter';
    await expect(model.run('restore')).rejects.toThrow(ProblemError);
    server.failure = null;
    await model.run('python', ['3.12']);
    expect(person.questions).toHaveLength(1);
    expect(server.done.map(each => each.digest)).toEqual(['one', 'one']);
    await model.run('upgrade'); // the server does not approve in this test
    expect(person.questions).toHaveLength(2);
  });

  it('shows another record all the same', async () => {
    const { server, person, model } = await parts();
    server.failure = 'Interpreter';
    await expect(model.run('restore')).rejects.toThrow(ProblemError);
    server.failure = null;
    server.present = 'two';
    person.agrees = false;
    await expect(model.run('restore')).rejects.toThrow(DeclinedError);
    expect(person.questions).toHaveLength(2);
    expect(person.questions[1].isChanged).toBe(true);
    expect(server.done).toHaveLength(1);
  });

  it.each(['Stopped', 'declined'])('asks again: %s', async how => {
    const { server, person, model } = await parts();
    server.failure = 'Stopped';
    person.agrees = how === 'Stopped';
    await expect(model.run('restore')).rejects.toThrow();
    server.failure = null;
    person.agrees = true;
    await model.run('restore');
    expect(person.questions).toHaveLength(2);
  });
});

describe('review', () => {
  it('shows what is recorded even if it was approved', async () => {
    const { server, person, model } = await parts(each => {
      each.approved = ['one'];
    });
    await model.review();
    expect(person.questions).toEqual([
      { verb: 'restore', isForced: true, isChanged: false }
    ]);
    expect(server.done[0]).toMatchObject({ verb: 'restore', digest: 'one' });
  });

  it('does nothing when the person declines', async () => {
    const { server, person, model } = await parts();
    person.agrees = false;
    await model.review();
    expect(server.posted).toBe(0);
  });
});

describe('ask', () => {
  it('previews a change and makes it with one agreement', async () => {
    const { server, person, model } = await parts();
    await model.ask('install', ['six'], ['dry-run']);
    await model.run('install', ['six']);
    expect(person.questions).toHaveLength(1);
    expect(server.done.map(each => each.digest)).toEqual(['one', 'one']);
  });

  it('keeps no agreement for another change, or for a second time', async () => {
    const { person, model } = await parts();
    await model.ask('install', ['six'], ['dry-run']);
    await model.run('install', ['other']);
    expect(person.questions).toHaveLength(2);
    await model.ask('install', ['six'], ['dry-run']);
    await model.run('install', ['six']);
    await model.run('install', ['six']);
    expect(person.questions).toHaveLength(4);
  });

  it('asks again when the record changes between preview and change', async () => {
    const { server, person, model } = await parts();
    await model.ask('install', ['six'], ['dry-run']);
    server.present = 'two';
    person.agrees = false;
    await expect(model.run('install', ['six'])).rejects.toThrow(DeclinedError);
    expect(server.done).toHaveLength(1);
  });

  it('asks before it looks for newer versions on foreign indexes', async () => {
    const { server, person, model } = await parts();
    person.agrees = false;
    await expect(model.ask('outdated')).rejects.toThrow(DeclinedError);
    expect(server.posted).toBe(0);
  });

  it('takes what was found for adopting as what was agreed to', async () => {
    const { server, model } = await parts(each => {
      each.recorded = false;
      each.data = { found: [], unknown: [], digest: 'found' };
    });
    await findRequirements(model);
    await model.run('adopt');
    expect(server.done.map(each => each.digest)).toEqual([undefined, 'found']);
  });
});

it('starts nothing for a notebook that was closed behind the dialog', async () => {
  const { server, person, model } = await parts();
  person.meanwhile = () =>
    Object.defineProperty(
      (model as unknown as { _document: object })._document,
      'isDisposed',
      { value: true }
    );
  await expect(model.run('restore')).rejects.toThrow(DeclinedError);
  expect(server.posted).toBe(0);
});

/**
 * Everything that others can do with a model. What starts a job passes the gate; a new member has to
 * be listed here, and is tried on a record that nobody approved.
 */
const ACTIONS: Record<string, (model: EnvironmentModel) => unknown> = {
  run: model => model.run('install', ['six']),
  ask: model => model.ask('upgrade', [], ['dry-run']),
  review: model => model.review(),
  refresh: model => model.refresh(),
  refreshSoon: model => model.refreshSoon(0),
  takeCellEvent: model => model.takeCellEvent({ restart: [] }),
  takeStale: model => model.takeStale([]),
  takeRestart: model => model.takeRestart(),
  cancel: model => model.cancel(),
  restart: model => model.restart(),
  useOwnKernel: model => model.useOwnKernel(),
  dismiss: model => model.dismiss(),
  dispose: model => model.dispose()
};
/** What asks first. */
const GATED = ['run', 'ask', 'review'];

describe('the model', () => {
  it('has no other action', () => {
    const all = Object.getOwnPropertyDescriptors(EnvironmentModel.prototype);
    const methods = Object.keys(all).filter(
      name => !name.startsWith('_') && name !== 'constructor' && all[name].value
    );
    expect(methods.sort()).toEqual(Object.keys(ACTIONS).sort());
  });

  it.each(Object.keys(ACTIONS))(
    '%s starts nothing without an agreement, in any state',
    async name => {
      for (const kernel of KERNELS) {
        const { server, person, model } = await parts(each => {
          each.kernel = kernel;
        });
        person.agrees = false;
        await Promise.resolve(ACTIONS[name](model)).catch(() => undefined);
        await new Promise(resolve => setTimeout(resolve, 5));
        expect(server.posted).toBe(0);
        expect(person.questions).toHaveLength(GATED.includes(name) ? 1 : 0);
      }
    }
  );
});
