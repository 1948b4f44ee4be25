import {
  JSONExt,
  type JSONValue,
  type PartialJSONObject
} from '@lumino/coreutils';

/**
 * A cell, as a notebook's file has it.
 */
export interface ICell {
  id?: string;
  cell_type: string;
  source: string | string[];
  metadata: PartialJSONObject;
  outputs?: PartialJSONObject[];
  execution_count?: number | null;
}

/** What of a cell is compared, and taken over, by itself. */
const PARTS = ['source', 'outputs', 'execution_count', 'metadata'] as const;
/** What a run of a cell leaves. */
const RESULTS = ['outputs', 'execution_count'] as const;

/**
 * Merge what two pages have made of the same cells; null where only a person can tell.
 *
 * A person has to decide where both changed the text of one cell, one changed a cell that the other
 * removed, or both added, removed or moved cells. Where both ran a cell, the results of `ours` stay.
 *
 * @param base - The cells that both began with.
 * @param theirs - The cells as the other page saved them.
 * @param ours - The cells as they are in this page.
 */
export function mergedCells(
  base: ICell[],
  theirs: ICell[],
  ours: ICell[]
): ICell[] | null {
  const [before, there, here] = [base, theirs, ours].map(byId);
  if (!before || !there || !here) {
    return null; // cells without names, or with the same one, cannot be told apart
  }
  const order = mergedOrder(
    [...before.keys()],
    [...there.keys()],
    [...here.keys()]
  );
  const merged: ICell[] = [];
  for (const id of order ?? []) {
    const cell = mergedCell(before.get(id), there.get(id), here.get(id));
    if (!cell) {
      return null;
    }
    merged.push(cell);
  }
  const kept = new Set(order);
  const isLost = [...before].some(
    ([id, old]) =>
      !kept.has(id) &&
      [there.get(id), here.get(id)].some(each => each && differ(old, each))
  );
  return order && !isLost ? merged : null;
}

/**
 * Write a text as one string: a file may have its lines in a list.
 */
export function plain(value: unknown): JSONValue {
  if (Array.isArray(value)) {
    const isText = value.length > 0 && value.every(x => typeof x === 'string');
    return isText ? value.join('') : value.map(plain);
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== 'trusted') // which no file has
        .map(([key, part]) => [key, plain(part)])
    );
  }
  return (value ?? null) as JSONValue;
}

function byId(cells: ICell[]): Map<string, ICell> | null {
  const found = new Map<string, ICell>();
  for (const cell of cells) {
    if (typeof cell.id !== 'string' || found.has(cell.id)) {
      return null;
    }
    found.set(cell.id, cell);
  }
  return found;
}

/** The order of the one side that changed it, if no more than one did. */
function mergedOrder(
  base: string[],
  theirs: string[],
  ours: string[]
): string[] | null {
  if (JSONExt.deepEqual(base, theirs) || JSONExt.deepEqual(theirs, ours)) {
    return ours;
  }
  return JSONExt.deepEqual(base, ours) ? theirs : null;
}

function mergedCell(
  base: ICell | undefined,
  theirs: ICell | undefined,
  ours: ICell | undefined
): ICell | null {
  if (!theirs || !ours) {
    return ours ?? theirs ?? null;
  }
  if (!base || theirs.cell_type !== ours.cell_type) {
    return differ(theirs, ours) ? null : ours;
  }
  const merged: Record<string, unknown> = { ...ours };
  for (const part of PARTS) {
    if (
      !isSame(base[part], theirs[part]) &&
      !isSame(theirs[part], ours[part])
    ) {
      if (isSame(base[part], ours[part])) {
        merged[part] = theirs[part];
      } else if (part === 'source') {
        return null;
      }
    }
  }
  const hasOwnResults = RESULTS.some(part => !isSame(base[part], ours[part]));
  if (hasOwnResults) {
    RESULTS.forEach(part => (merged[part] = ours[part])); // of one run
  }
  return merged as unknown as ICell;
}

function differ(one: ICell, other: ICell): boolean {
  return PARTS.some(part => !isSame(one[part], other[part]));
}

/**
 * Tell whether two values are the same, whether or not their texts are lists of lines.
 */
export function isSame(one: unknown, other: unknown): boolean {
  return JSONExt.deepEqual(plain(one), plain(other));
}
