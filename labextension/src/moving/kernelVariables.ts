import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';

/**
 * A variable of a kernel; `size` in bytes, null where it has none.
 */
export interface IVariable {
  name: string;
  type: string;
  size: number | null;
  /** Modules are imported again, definitions come back with their cell. */
  kind: 'value' | 'module' | 'definition';
}

/**
 * What a kernel has, of which the first are listed.
 */
export interface IVariables {
  variables: IVariable[];
  count: number;
}

/**
 * A variable that was not carried over, and why.
 */
export interface IFailed {
  name: string;
  why: string;
}

export interface ISaved {
  saved: string[];
  failed: IFailed[];
  digest: string;
}

export interface ILoaded {
  loaded: string[];
  failed: IFailed[];
}

/**
 * What is used of a kernel.
 */
export type IAskedKernel = Pick<
  Kernel.IKernelConnection,
  'requestExecute' | 'status' | 'isDisposed'
>;

/** Milliseconds that a kernel which does something else is waited for. */
const PATIENCE = 4000;
const ANSWER = 'nbenv';

/**
 * Ask a Python kernel about its variables, or have it save or load them.
 *
 * `code` is a module with a function `answer` that takes the question. The kernel evaluates it apart
 * from the person's names, as an expression of a silent request, so it shows nothing and counts no
 * cell. Resolves to null when the kernel gives no such answer: it is busy, or cannot do that.
 */
export async function askVariables<T>(
  kernel: IAskedKernel,
  code: string,
  question: JSONObject,
  patience = PATIENCE
): Promise<T | null> {
  if (kernel.isDisposed) {
    return null;
  }
  const future = kernel.requestExecute({
    code: '',
    silent: true,
    store_history: false,
    allow_stdin: false,
    stop_on_error: false,
    user_expressions: { [ANSWER]: expression(code, question) }
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>(resolve => {
    timer = patience ? setTimeout(() => resolve(null), patience) : undefined;
  });
  try {
    const reply = await Promise.race([future.done, late]);
    return reply && (read(reply) as T | null);
  } catch {
    return null; // the kernel is gone
  } finally {
    clearTimeout(timer);
    future.dispose();
  }
}

/** Texts of JSON are texts of Python, too, and so are objects of texts and numbers. */
function expression(code: string, question: JSONObject): string {
  const names = '{"__name__": "_nbenv_carry_over"}';
  return `(lambda names: (exec(${JSON.stringify(code)}, names), names["answer"](${JSON.stringify(question)}))[1])(${names})`;
}

function read(reply: KernelMessage.IExecuteReplyMsg): unknown {
  const { content } = reply;
  if (content.status !== 'ok') {
    return null;
  }
  const found = content.user_expressions?.[ANSWER] as
    { status?: string; data?: Record<string, unknown> } | undefined;
  const text = found?.status === 'ok' ? found.data?.['text/plain'] : null;
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
