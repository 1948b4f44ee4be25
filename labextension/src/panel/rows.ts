import type { IDistribution, IOutdated, IPackages } from '../tokens';

/**
 * A line of the list or of the tree. `depth` is 0 for what stands at the left.
 */
export interface IRow {
  key: string;
  distribution: IDistribution;
  latest: string | null;
  depth: number;
  hasMore: boolean;
  isOpen: boolean;
}

/**
 * What of a long list is in sight, by row numbers, with some rows around it.
 */
export function inSight(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
  around = 8
): { first: number; end: number } {
  const first = Math.max(0, Math.floor(top / rowHeight) - around);
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + around);
  return { first: Math.min(first, end), end };
}

/**
 * The rows of the flat list: what was asked for first, then what is outdated, then the rest; filtered
 * by a part of a name.
 */
export function listRows(
  packages: IPackages,
  outdated: IOutdated[],
  filter: string
): IRow[] {
  const latest = newest(outdated);
  const wanted = filter.trim().toLowerCase();
  return [...packages.distributions]
    .filter(each => each.name.includes(wanted))
    .sort(
      (one, other) =>
        Number(other.requirement !== null) - Number(one.requirement !== null) ||
        Number(latest.has(other.name)) - Number(latest.has(one.name)) ||
        one.name.localeCompare(other.name)
    )
    .map(distribution => ({
      key: distribution.name,
      distribution,
      latest: latest.get(distribution.name) ?? null,
      depth: 0,
      hasMore: false,
      isOpen: false
    }));
}

/**
 * The rows of the tree: below what was asked for, what each opened one needs.
 *
 * `open` holds the keys of opened rows: the names on the way to them, joined by `/`.
 */
export function treeRows(
  packages: IPackages,
  outdated: IOutdated[],
  open: ReadonlySet<string>
): IRow[] {
  const latest = newest(outdated);
  const known = new Map(packages.distributions.map(each => [each.name, each]));
  const rows: IRow[] = [];
  const grow = (name: string, above: string[]): void => {
    const distribution = known.get(name);
    if (!distribution) {
      return;
    }
    const way = [...above, name];
    const key = way.join('/');
    const needs = distribution.needs.filter(each => !way.includes(each));
    const isOpen = open.has(key);
    rows.push({
      key,
      distribution,
      latest: latest.get(name) ?? null,
      depth: above.length,
      hasMore: needs.length > 0,
      isOpen
    });
    if (isOpen) {
      needs.forEach(each => grow(each, way));
    }
  };
  packages.distributions
    .filter(each => each.requirement !== null || each.name === packages.kernel)
    .forEach(each => grow(each.name, []));
  return rows;
}

function newest(outdated: IOutdated[]): Map<string, string> {
  return new Map(outdated.map(each => [each.name, each.latest_version]));
}
