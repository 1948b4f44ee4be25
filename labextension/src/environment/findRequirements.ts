import type { IFoundRequirements, JobResult } from '../api/answers';
import { shaped, type Shape } from '../api/shape';
import type { IEnvironmentModel } from '../tokens';

const FOUND: Shape = { found: 'array', unknown: 'array' };

/**
 * Find what the cells of the saved notebook require, with the versions of a day or the newest ones;
 * nothing is run or installed. For the `sizes`, this machine's own index is asked.
 */
export async function findRequirements(
  model: IEnvironmentModel,
  day: string | null = null,
  sizes = false
): Promise<IFoundRequirements> {
  const flags = sizes ? ['dry-run', 'sizes'] : ['dry-run'];
  const { data } = await model.ask('adopt', day ? [day] : [], flags);
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
