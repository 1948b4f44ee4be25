/**
 * The version in an answer of the server extension, or an error when it holds none.
 */
export function readVersion(answer: unknown): string {
  const version =
    typeof answer === 'object' && answer !== null
      ? (answer as { version?: unknown }).version
      : undefined;
  if (typeof version !== 'string') {
    throw new Error('The server gave no version of nbenv.');
  }
  return version;
}
