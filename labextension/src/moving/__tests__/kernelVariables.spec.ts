import type { KernelMessage } from '@jupyterlab/services';
import { askVariables, type IAskedKernel } from '../kernelVariables';

type Content = Partial<KernelMessage.IExecuteRequestMsg['content']>;

/** A kernel that answers with this content of its reply, or never. */
function kernel(reply: unknown) {
  const asked: Content[] = [];
  const never = new Promise(() => undefined);
  const future = {
    done: reply === undefined ? never : Promise.resolve({ content: reply }),
    dispose: jest.fn()
  };
  const requestExecute = (content: Content) => {
    asked.push(content);
    return future;
  };
  const parts = { isDisposed: false, status: 'idle', requestExecute };
  return { asked, future, kernel: parts as unknown as IAskedKernel };
}

const told = (text: unknown) => ({
  status: 'ok',
  user_expressions: { nbenv: { status: 'ok', data: { 'text/plain': text } } }
});

it('takes the answer of a silent request', async () => {
  const { asked, future, kernel: one } = kernel(told('{"count": 2}'));
  const found = await askVariables(one, 'def answer(question): "x"\n', {
    ask: 'list'
  });
  expect(found).toEqual({ count: 2 });
  expect(future.dispose).toHaveBeenCalled();
  expect(asked[0]).toMatchObject({ code: '', silent: true });
  const expression = String(asked[0].user_expressions?.nbenv);
  expect(expression).toContain('"def answer(question): \\"x\\"\\n"');
  expect(expression).toContain('names["answer"]({"ask":"list"})');
});

it.each([
  ['fails', { status: 'error' }],
  ['is no kernel of IPython', { status: 'ok' }],
  [
    'raises',
    { status: 'ok', user_expressions: { nbenv: { status: 'error' } } }
  ],
  ['says something else', told("<xeus>'x'")],
  ['does not answer', undefined]
])('takes none from a kernel that %s', async (_, reply) => {
  const { kernel: one } = kernel(reply);
  expect(await askVariables(one, '', { ask: 'list' }, 10)).toBeNull();
});

it('asks no kernel that is gone', async () => {
  const { asked, kernel: one } = kernel(told('{}'));
  (one as { isDisposed: boolean }).isDisposed = true;
  expect(await askVariables(one, '', { ask: 'list' })).toBeNull();
  expect(asked).toEqual([]);
});
