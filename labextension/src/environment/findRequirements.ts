import type { IFoundRequirements, JobResult } from '../api/answers';
import { shaped, type Shape } from '../api/shape';
import type { IEnvironmentModel, ISearch } from '../tokens';
import type { IDocument } from './document';

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

/**
 * Whether the views are to search for what a notebook needs: one view begins, another one shows it.
 */
export class RequirementSearch implements ISearch {
  constructor(
    private _document: Pick<IDocument, 'isDirty' | 'isNamed' | 'save'>,
    private _changed: () => void
  ) {}

  get count(): number {
    return this._count;
  }

  async begin(): Promise<void> {
    const { isDirty, isNamed } = this._document;
    if (isDirty && isNamed) {
      await this._document.save().catch(() => undefined); // Lab itself says why
    }
    this._count++;
    this._changed();
  }

  end(): void {
    this._count = 0;
    this._changed();
  }

  private _count = 0;
}
