import type { TranslationBundle } from '@jupyterlab/translation';

function filled(text: string, values: unknown[]): string {
  return text.replace(/%(\d)/g, (_, digit) => String(values[digit - 1]));
}

/**
 * A translation that leaves English as it is; JupyterLab's own cannot be loaded in tests.
 */
export const nullTranslator = {
  __: (text: string, ...values: unknown[]) => filled(text, values),
  _n: (one: string, many: string, count: number, ...values: unknown[]) =>
    filled(count === 1 ? one : many, [count, ...values])
} as unknown as TranslationBundle;
