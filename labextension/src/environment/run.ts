import type { IEnvironmentModel } from '../tokens';

/**
 * Run a command of nbenv whose failure needs no further handling: the model keeps it and the notice
 * bar shows it.
 */
export async function runShown(
  model: IEnvironmentModel,
  verb: string,
  words: string[] = []
): Promise<void> {
  await model.run(verb, words).catch(() => undefined);
}
