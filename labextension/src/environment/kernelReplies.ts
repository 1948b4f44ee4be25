import type { IStale } from '../tokens';

const MISSING = /No module named '([\w.]+)'/;

/**
 * The module that an error says is missing, null when it says something else.
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
 * A string as a literal of Python's: JSON's escapes are Python's too.
 */
export function pythonText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}

/**
 * Read the JSON that an expression gave, from Python's way to show it.
 */
export function readStale(content: unknown): IStale[] {
  const { user_expressions: given } = content as {
    user_expressions?: Record<string, { data?: Record<string, string> }>;
  };
  const shown = given?.nbenv?.data?.['text/plain'];
  try {
    const found: unknown = JSON.parse(shown?.slice(1, -1) ?? '[]');
    return Array.isArray(found) ? (found as IStale[]) : [];
  } catch {
    return [];
  }
}
