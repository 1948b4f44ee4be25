import type { IStale, IStatus, JobResult } from '../../api/answers';
import { Client } from '../../api/client';
import { ProblemError, ResponseError } from '../../api/errors';
import { job, status } from '../../__tests__/parts';
import type { IDocument } from '../document';
import { EnvironmentModel } from '../model';

const RECORD = { version: 1, python: '3.11', requirements: ['six'], lock: [] };
const STALE: IStale = { name: 'six', old: '1', new: '2', module: 'six' };
const CHANGES = [{ name: 'six', old: null, new: '1' }];

class Document implements IDocument {
  path = 'a.ipynb';
  kernel = 'k';
  isNamed = true;
  isReadOnly = false;
  isDirty = false;
  isShared = false;
  importsAtOpen = false;
  otherLanguage = '';
  record: IDocument['record'] = undefined;
  saves = 0;
  told: JobResult[] = [];
  isDisposed = false;
  dispose = () => void (this.isDisposed = true);
  fails = false;
  save = async () => {
    if (this.fails) {
      throw new Error('Permission denied');
    }
    this.saves++;
  };
  edited = false;
  reloads = 0;
  reload = async () => {
    if (!this.edited) {
      this.reloads++;
      this.record = RECORD;
    }
    return !this.edited;
  };
  followed = 0;
  followSession = async () => void this.followed++;
  restart = async () => undefined;
  useOwnKernel = async () => undefined;
  imported: IStale[] = [];
  asked = 0;
  askKernel = async (result: JobResult | null) => {
    if (result) {
      this.told.push(result);
      this.imported = [STALE];
    } else {
      this.asked++;
    }
    return this.imported;
  };
}

class Server {
  now: IStatus = status();
  lines: unknown[] = [];
  refuses: ResponseError | null = null;
  whileAsked: () => void = () => undefined;
  readonly client = new Client({
    ask: async path => {
      if (this.refuses) {
        throw this.refuses;
      }
      if (path.startsWith('status')) {
        this.whileAsked();
      }
      const answers: Record<string, unknown> = {
        status: this.now,
        record: { record: RECORD },
        jobs: job('install')
      };
      return answers[path.split('?')[0]] ?? {};
    },
    lines: () => this._lines()
  });

  private async *_lines(): AsyncGenerator<unknown> {
    yield* this.lines;
  }
}

function parts(): {
  document: Document;
  server: Server;
  model: EnvironmentModel;
} {
  const document = new Document();
  const server = new Server();
  return { document, server, model: modelOf(server, document) };
}

const declines = async () => null;

function modelOf(server: Server, document: Document): EnvironmentModel {
  const model = new EnvironmentModel(server.client, document, declines);
  models.push(model);
  return model;
}

const models: EnvironmentModel[] = [];

afterEach(() => models.splice(0).forEach(model => model.dispose()));

describe('EnvironmentModel', () => {
  it('puts a new record into the document and saves it, once', async () => {
    const { document, server, model } = parts();
    server.now = status({ saved: false });
    await model.refresh();
    await model.refresh();
    expect(document.record).toEqual(RECORD);
    expect(document.saves).toBe(1);
  });

  it('leaves saving to the page that asked, and then shows what that saved', async () => {
    const { document, server, model } = parts();
    server.now = status({ saved: false });
    model.takeCellEvent({}, false);
    await model.refresh();
    expect([document.record, document.saves]).toEqual([undefined, 0]);
    server.now = status({ saved: true });
    await model.refresh();
    expect([document.reloads, document.saves]).toEqual([1, 0]);
    document.record = undefined;
    document.edited = true; // a person typed here meanwhile
    model.takeCellEvent({}, false);
    await model.refresh();
    expect(document.record).toEqual(RECORD);
    expect([document.reloads, document.saves]).toEqual([1, 0]);
  });

  it('shows a record that its own save has put into the file', async () => {
    const { document, server, model } = parts();
    document.reload = async () => true; // the page knows that file
    document.record = undefined;
    server.now = status({ saved: true });
    model.takeCellEvent({}, false);
    await model.refresh();
    expect(document.record).toEqual(RECORD);
    expect(document.saves).toBe(0);
  });

  it('does not wait for a page where a server saves for all', async () => {
    const { document, server, model } = parts();
    document.isShared = true;
    server.now = status({ saved: false });
    model.takeCellEvent({}, false);
    await model.refresh();
    expect(document.record).toEqual(RECORD);
  });

  it('saves what no page has saved in time', async () => {
    const { document, server, model } = parts();
    server.now = status({ saved: false });
    model.takeCellEvent({}, false);
    const later = Date.now() + 11_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(later);
    await model.refresh();
    clock.mockRestore();
    expect([document.record, document.saves]).toEqual([RECORD, 1]);
  });

  it('finds out the kernel when the one that it knows is gone', async () => {
    const { document, server, model } = parts();
    await model.refresh();
    expect(document.followed).toBe(0);
    server.now = status({ kernel: { state: 'none', remote: true } });
    await model.refresh();
    expect(document.followed).toBe(0);
    server.now = status({ kernel: { state: 'none' } });
    await model.refresh();
    expect(document.followed).toBe(1);
  });

  it('does not save a notebook without a name', async () => {
    const { document, server, model } = parts();
    document.isNamed = false;
    server.now = status({ saved: false });
    await model.refresh();
    expect(document.record).toEqual(RECORD);
    expect(document.saves).toBe(0);
  });

  it('shows the state also where the notebook cannot be saved', async () => {
    const { document, server, model } = parts();
    document.fails = true;
    server.now = status({ saved: false });
    const states: string[] = [];
    model.changed.connect(() => states.push(model.state));
    await model.refresh();
    expect(document.record).toEqual(RECORD);
    expect(states).toEqual(['ready']);
  });

  it('asks nothing about a notebook in another language, until it is in Python', async () => {
    const { document, server, model } = parts();
    document.otherLanguage = 'bash';
    server.refuses = new ResponseError(422, 'for Python only');
    const ask = jest.spyOn(server.client, 'status');
    await model.refresh();
    expect([ask.mock.calls, model.state]).toEqual([[], 'unknown']);
    document.otherLanguage = '';
    document.isDirty = true; // the kernel was changed, and the file does not say so yet
    await model.refresh();
    await model.refresh();
    expect(ask).toHaveBeenCalledTimes(1);
    document.isDirty = false;
    server.refuses = null;
    await model.refresh();
    expect(model.state).toBe('ready');
  });

  it('knows what failed, and forgets it with the problem', async () => {
    const { server, model } = parts();
    const request = { verb: 'install', words: ['sixx'], flags: ['upgrade'] };
    server.lines = [
      { type: 'error', kind: 'Resolution', what: 'no sixx', why: '', todo: '' }
    ];
    await expect(
      model.run(request.verb, request.words, request.flags)
    ).rejects.toBeInstanceOf(ProblemError);
    expect(model.failed).toEqual(request);
    server.refuses = new ResponseError(500, 'broken');
    await expect(model.run('undo')).rejects.toBe(server.refuses);
    expect(model.failed?.verb).toBe('undo');
    model.dismiss();
    expect([model.problem, model.failed]).toEqual([null, null]);
  });

  it('leaves a record that is saved as it is', async () => {
    const { document, model } = parts();
    await model.refresh();
    expect(document.record).toBeUndefined();
  });

  it('takes a record that a server saved before the page knew of it', async () => {
    const { document, model } = parts();
    await model.refresh();
    model.takeCellEvent({});
    await model.refresh();
    expect(document.record).toEqual(RECORD);
    expect(document.saves).toBe(0);
  });

  it('follows a job, and tells the kernel of its changes', async () => {
    const { document, server, model } = parts();
    await model.refresh();
    server.lines = [
      { type: 'progress', phase: 'install', message: 'Installing six' },
      { type: 'result', summary: 'Installed', changes: CHANGES, data: 7 }
    ];
    const seen: string[] = [];
    model.changed.connect(() => seen.push(model.progress?.message ?? '-'));
    expect(await model.run('install', ['six'])).toBe(7);
    expect(seen).toContain('Installing six');
    expect(document.told).toEqual([server.lines[1]]);
    expect(model.progress).toBeNull();
    expect(model.state).toBe('restart');
    expect(model.stale).toEqual([STALE]);
  });

  it.each([
    ['ended well', { type: 'result', data: {}, changes: CHANGES }],
    ['failed', { type: 'error', kind: 'X', message: 'No', hint: '' }]
  ])('shows no state of before a job that %s', async (_, last) => {
    const { server, model } = parts();
    server.lines = [last];
    server.now = status({ recorded: false });
    await model.refresh();
    const shown: string[] = [];
    model.changed.connect(({ status, state }) => {
      shown.push(`${state} ${status?.recorded}`);
    });
    server.whileAsked = () => {
      model.dismiss(); // any signal of the notebook draws the views anew
      server.now = status({ recorded: true });
    };
    await model.run('install', ['six']).catch(() => undefined);
    const before = shown.filter(each => each.endsWith('false'));
    expect(new Set(before)).toEqual(new Set(['changing false']));
    expect(shown.pop()).toMatch(/true$/);
    expect(model.progress).toBeNull();
  });

  it('keeps why a job failed until the next one', async () => {
    const { server, model } = parts();
    const problem = { kind: 'Hash', what: 'Another file.', why: '', todo: '' };
    server.lines = [{ type: 'error', ...problem }];
    await expect(model.run('restore')).rejects.toThrow(ProblemError);
    expect(model.problem).toMatchObject(problem);
    model.dismiss();
    expect(model.problem).toBeNull();
  });

  it('says nothing of a job that the user stopped', async () => {
    const { server, model } = parts();
    server.lines = [
      { type: 'error', kind: 'Stopped', what: 'Stopped.', why: '', todo: '' }
    ];
    await expect(model.run('restore')).rejects.toThrow(ProblemError);
    expect(model.problem).toBeNull();
  });

  it('says when the server refuses a job', async () => {
    const { server, model } = parts();
    server.refuses = new ResponseError(409, 'A change is under way.');
    await expect(model.run('undo')).rejects.toThrow('under way');
    expect(model.problem?.what).toBe('A change is under way.');
    expect(model.progress).toBeNull();
  });

  it('attaches to work that goes on already', async () => {
    const { server, model } = parts();
    server.now = status({ job: job('restore') }, { state: 'waiting' });
    server.lines = [{ type: 'result', summary: '', changes: [], data: null }];
    const seen: string[] = [];
    model.changed.connect(() => seen.push(model.state));
    await model.refresh();
    server.now = status();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(seen).toContain('restoring');
    expect(model.state).toBe('ready');
  });

  it('forgets what was imported with its kernel', async () => {
    const { document, model } = parts();
    await model.refresh();
    model.takeCellEvent({ restart: [STALE] });
    expect(model.state).toBe('restart');
    document.kernel = 'another';
    await model.refresh();
    expect(model.state).toBe('ready');
  });

  it('asks a kernel that another page changed, once', async () => {
    const { document, server, model } = parts();
    await model.refresh();
    expect(model.state).toBe('ready');
    document.imported = [STALE];
    server.now = status({ record: 'another' });
    await model.refresh();
    await model.refresh();
    expect(model.state).toBe('restart');
    expect(document.asked).toBe(2); // when it was opened, and after the change
  });

  it('asks nothing of a server without the extension', async () => {
    const { document, server } = parts();
    const client = server.client;
    const always = () => true;
    const model = new EnvironmentModel(
      client,
      document,
      declines,
      always,
      async () => false
    );
    models.push(model);
    await model.refresh();
    expect(model.status).toBeNull();
  });

  it('takes no list of a cell that is not valid', async () => {
    const { model } = parts();
    await model.refresh();
    model.takeCellEvent({ restart: [STALE] });
    model.takeCellEvent({ restart: [{ name: 'six' }] });
    expect(model.stale).toEqual([STALE]);
    model.takeStale(undefined); // another comm's message
    expect(model.stale).toEqual([STALE]);
    let count = 0;
    model.changed.connect(() => count++);
    model.takeStale([]); // what the kernel answered another page
    expect([model.stale, count]).toEqual([[], 1]);
  });

  it('forgets what was imported when the kernel restarts', async () => {
    const { model } = parts();
    await model.refresh();
    model.takeCellEvent({ restart: [STALE] });
    model.takeRestart();
    expect(model.stale).toEqual([]);
  });

  it('lets the document go with it', () => {
    const { document, model } = parts();
    model.dispose();
    expect(document.isDisposed).toBe(true);
    expect(model.isDisposed).toBe(true);
  });

  it('has no environment where the server has no file', async () => {
    const { server, model } = parts();
    server.refuses = new ResponseError(404, 'There is no such notebook.');
    await model.refresh();
    expect(model.state).toBe('unknown');
  });
});
