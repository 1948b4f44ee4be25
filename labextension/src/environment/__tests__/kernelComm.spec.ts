import type { Kernel } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { askKernel, TARGET, type ICommKernel } from '../kernelComm';

const STALE = [{ name: 'six', old: '1', new: '2', module: 'six' }];
const EVENT = { type: 'result', changes: [] };

/**
 * One end of a comm, as JupyterLab's: disposing of it does not call `onClose`.
 */
class Comm {
  onMsg: (message: unknown) => void = () => undefined;
  onClose: (message: unknown) => void = () => undefined;
  commsOverSubshells = 'perCommTarget';
  sent: unknown[] = [];
  isDisposed = false;
  readonly done = new PromiseDelegate<void>();

  constructor(readonly targetName: string) {}

  open(data: unknown): unknown {
    this.sent.push(data);
    const cancel = () => this.done.reject(new Error('Canceled future'));
    return { done: this.done.promise, dispose: cancel };
  }

  dispose(): void {
    this.isDisposed = true;
  }
}

/**
 * A kernel that implements as much as a question needs.
 */
class FakeKernel {
  handleComms = true;
  isDisposed = false;
  comms: Comm[] = [];
  readonly disposed = new Signal<this, void>(this);
  readonly statusChanged = new Signal<this, Kernel.Status>(this);
  connected = 0;

  constructor() {
    for (const signal of [this.disposed, this.statusChanged]) {
      const { connect, disconnect } = signal;
      signal.connect = (slot: never) => {
        this.connected += 1;
        return connect.call(signal, slot);
      };
      signal.disconnect = (slot: never) => {
        const was = disconnect.call(signal, slot);
        this.connected -= was ? 1 : 0;
        return was;
      };
    }
  }

  createComm(target: string): Comm {
    const comm = new Comm(target);
    this.comms.push(comm);
    return comm;
  }

  reply(data: unknown): void {
    this.comms[0].onMsg({ content: { data } });
  }

  close(): void {
    this.comms[0].onClose({ content: { data: {} } });
  }
}

function ask(event: typeof EVENT | null = null): {
  kernel: FakeKernel;
  gone: AbortController;
  answer: Promise<unknown>;
} {
  const kernel = new FakeKernel();
  const gone = new AbortController();
  const asked = kernel as unknown as ICommKernel;
  return { kernel, gone, answer: askKernel(asked, event, gone.signal) };
}

function expectNothingLeft({ comms, connected }: FakeKernel): void {
  expect(comms.map(comm => comm.isDisposed)).toEqual([true]);
  expect(connected).toBe(0);
}

describe('askKernel', () => {
  it('sends the event to the target, and not over a subshell', () => {
    const { kernel } = ask(EVENT);
    const [comm] = kernel.comms;
    expect(comm.targetName).toBe(TARGET);
    expect(comm.sent).toEqual([{ event: EVENT }]);
    expect(comm.commsOverSubshells).toBe('disabled');
  });

  it('gives the answer when the kernel closes the comm', async () => {
    const { kernel, answer } = ask();
    expect(kernel.comms[0].sent).toEqual([{ event: null }]);
    kernel.reply({ stale: STALE });
    expect(kernel.comms[0].isDisposed).toBe(false);
    kernel.close();
    expect(await answer).toEqual(STALE);
    expectNothingLeft(kernel);
  });

  it('gives the answer of a kernel that does not close the comm', async () => {
    const { kernel, answer } = ask();
    kernel.reply({ stale: STALE });
    kernel.comms[0].done.resolve();
    expect(await answer).toEqual(STALE);
    expectNothingLeft(kernel);
  });

  it('is null where the kernel has no such target', async () => {
    const { kernel, answer } = ask();
    kernel.close();
    expect(await answer).toBeNull();
    expectNothingLeft(kernel);
  });

  it('is null where the kernel ignores comms', async () => {
    const { kernel, answer } = ask();
    kernel.comms[0].done.resolve();
    expect(await answer).toBeNull();
    expectNothingLeft(kernel);
  });

  it.each([[{}], [{ stale: 'six' }], [{ stale: [{ name: 'six' }] }]])(
    'is null for %j',
    async data => {
      const { kernel, answer } = ask();
      kernel.reply(data);
      kernel.close();
      expect(await answer).toBeNull();
    }
  );

  it.each<Kernel.Status>(['restarting', 'autorestarting', 'dead'])(
    'is null when the kernel is %s',
    async status => {
      const { kernel, answer } = ask();
      kernel.statusChanged.emit(status);
      expect(await answer).toBeNull();
      kernel.comms[0].done.reject(new Error('Canceled future')); // by Lab
      await new Promise(resolve => setTimeout(resolve));
      expectNothingLeft(kernel);
    }
  );

  it('does not wait for a starting kernel, which may answer', async () => {
    const { kernel, answer } = ask();
    kernel.statusChanged.emit('starting');
    expect(await answer).toBeNull();
    expect(kernel.comms[0].isDisposed).toBe(false);
    kernel.reply({ stale: STALE });
    kernel.close();
    expectNothingLeft(kernel);
  });

  it('is null when the kernel cancels what it was asked', async () => {
    const { kernel, answer } = ask();
    kernel.comms[0].done.reject(new Error('Canceled future'));
    expect(await answer).toBeNull();
    expectNothingLeft(kernel);
  });

  it('is null when the connection goes', async () => {
    const { kernel, answer } = ask();
    kernel.disposed.emit();
    expect(await answer).toBeNull();
    expectNothingLeft(kernel);
  });

  it('waits for as long as a cell runs', async () => {
    const { kernel, answer } = ask();
    const settled = jest.fn();
    void answer.then(settled);
    kernel.statusChanged.emit('busy');
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(settled).not.toHaveBeenCalled();
    kernel.reply({ stale: [] });
    kernel.close();
    expect(await answer).toEqual([]);
  });

  it('waits no longer than the notebook is open', async () => {
    const { kernel, gone, answer } = ask();
    gone.abort();
    expect(await answer).toBeNull();
    expectNothingLeft(kernel);
  });

  it.each<Partial<FakeKernel>>([{ handleComms: false }, { isDisposed: true }])(
    'does not ask a connection with %j',
    async parts => {
      const kernel: FakeKernel = Object.assign(new FakeKernel(), parts);
      const asked = kernel as unknown as ICommKernel;
      const { signal } = new AbortController();
      expect(await askKernel(asked, null, signal)).toBeNull();
      expect(kernel.comms).toEqual([]);
    }
  );

  it('does not ask for a notebook that was closed', async () => {
    const kernel = new FakeKernel();
    const asked = kernel as unknown as ICommKernel;
    expect(await askKernel(asked, null, AbortSignal.abort())).toBeNull();
    expect(kernel.comms).toEqual([]);
  });
});
