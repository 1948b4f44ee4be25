import type { IEnvironmentModel } from '../tokens';

/**
 * Run a command of nbenv whose failure needs no further handling: the model keeps it and the notice
 * bar shows it. Nothing is left to do either when the person did not agree.
 */
export async function runShown(
  model: IEnvironmentModel,
  verb: string,
  words: string[] = [],
  flags: string[] = []
): Promise<void> {
  await model.run(verb, words, flags).catch(() => undefined);
}
