import type { IFoundRequirements, JobResult } from '../api/answers';
import { shaped, type Shape } from '../api/shape';
import type { IEnvironmentModel } from '../tokens';

const FOUND: Shape = { found: 'array', unknown: 'array' };

/**
 * Find what the cells of the saved notebook require; nothing is run or installed.
 */
export async function findRequirements(
  model: IEnvironmentModel
): Promise<IFoundRequirements> {
  const { data } = await model.ask('adopt', [], ['dry-run']);
  return shaped(data, FOUND, 'adopt');
}

/**
 * Return the digest of what was found for adopting a notebook, which is what the person sees; null
 * for the result of another command.
 */
export function foundDigest(verb: string, { data }: JobResult): string | null {
  const { digest } = (data ?? {}) as { digest?: unknown };
  return verb === 'adopt' && typeof digest === 'string' ? digest : null;
}
