import { FormError } from './errors';

/**
 * The keys that a JSON object must have, and the types of their values.
 */
export type Shape = Record<
  string,
  'string' | 'number' | 'boolean' | 'object' | 'array'
>;

/**
 * Check that `value` has the keys of a shape; return it typed.
 *
 * `path` names what was asked, for the message of a `FormError`.
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
