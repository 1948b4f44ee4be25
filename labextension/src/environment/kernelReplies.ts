import type { IStale } from '../api/answers';

const MISSING = /No module named '([\w.]+)'/;

/**
 * Return the module that a cell's error reports as missing, or null for any other error.
 */
export function missingModule(
  error: { errorName?: string; errorValue?: string } | null | undefined
): string | null {
  if (error?.errorName !== 'ModuleNotFoundError') {
    return null;
  }
  return MISSING.exec(error.errorValue ?? '')?.[1] ?? null;
}

/**
 * Return the module that a traceback among a cell's outputs reports as missing, or null.
 *
 * `%run` shows one, and the cell counts as run.
 */
export function shownMissingModule(outputs: unknown[]): string | null {
  for (const output of outputs) {
    const { output_type, ename, evalue } = (output ?? {}) as Record<
      string,
      string
    >;
    const error = { errorName: ename, errorValue: evalue };
    const found = output_type === 'error' ? missingModule(error) : null;
    if (found) {
      return found;
    }
  }
  return null;
}

/**
 * Return the stale packages that a kernel lists, or null when `value` is no such list.
 *
 * Any code in the kernel can send it, so nothing is taken on trust.
 */
export function readStale(value: unknown): IStale[] | null {
  return Array.isArray(value) && value.every(isStale) ? value : null;
}

function isStale(value: unknown): value is IStale {
  const { name, module, old, new: current } = (value ?? {}) as IStale;
  return (
    typeof name === 'string' &&
    typeof module === 'string' &&
    isVersion(old) &&
    isVersion(current)
  );
}

function isVersion(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
