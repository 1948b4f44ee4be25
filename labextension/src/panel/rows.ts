import type { IDistribution, IOutdated, IPackages } from '../api/answers';

/**
 * A line of the list or of the tree; `depth` is 0 at the left edge.
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
 * Return the range of rows to draw: those in sight, and some more for a smooth scroll.
 */
export function visibleRows(
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
 * Return the rows of the flat list whose names contain `filter`: requirements first, then what is
 * outdated, then the rest.
 */
export function listRows(
  packages: IPackages,
  outdated: IOutdated[],
  filter: string
): IRow[] {
  const latest = latestVersions(outdated);
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
 * Return the rows of the tree: the requirements and the kernel, each with its dependencies below it
 * where it is open.
 *
 * The keys in `open` are the names from the left edge to a row, joined by `/`.
 */
export function treeRows(
  packages: IPackages,
  outdated: IOutdated[],
  open: ReadonlySet<string>
): IRow[] {
  const latest = latestVersions(outdated);
  const known = new Map(packages.distributions.map(each => [each.name, each]));
  const rows: IRow[] = [];
  const grow = (name: string, above: string[]): void => {
    const distribution = known.get(name);
    if (!distribution) {
      return;
    }
    const path = [...above, name];
    const key = path.join('/');
    // Dependencies may be circular.
    const needs = distribution.needs.filter(each => !path.includes(each));
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
      needs.forEach(each => grow(each, path));
    }
  };
  packages.distributions
    .filter(each => each.requirement !== null || each.name === packages.kernel)
    .forEach(each => grow(each.name, []));
  return rows;
}

function latestVersions(outdated: IOutdated[]): Map<string, string> {
  return new Map(outdated.map(each => [each.name, each.latest_version]));
}
