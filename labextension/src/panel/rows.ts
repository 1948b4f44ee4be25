import type { IDistribution, IOutdated, IPackages } from '../api/answers';

/**
 * A part of the list: what was asked for, what came with it, what the kernel consists of, and what
 * something else than nbenv has installed.
 */
export type Part = 'yours' | 'along' | 'kernel' | 'unrecorded';

/**
 * A line of the list or of the tree; `depth` is 0 at the left edge.
 */
export interface IPackageRow {
  kind: 'package';
  key: string;
  part: Part;
  distribution: IDistribution;
  latest: string | null;
  depth: number;
  hasMore: boolean;
  isOpen: boolean;
}

/**
 * The heading of a part, with the number of its packages.
 */
export interface IPartRow {
  kind: 'part';
  key: string;
  part: Part;
  count: number;
  depth: 0;
  hasMore: true;
  isOpen: boolean;
}

export type Row = IPartRow | IPackageRow;

/**
 * How to show what is installed.
 */
export interface IView {
  isTree: boolean;
  filter: string;
  /** Keys of what is open: parts, and in the tree the names from the left edge, joined by `/`. */
  open: ReadonlySet<string>;
  /** Names of what is installed and not recorded. */
  unrecorded: ReadonlySet<string>;
}

/** What is open at first: the kernel is not. */
export const FIRST_OPEN: ReadonlySet<string> = new Set([
  'part:yours',
  'part:along',
  'part:unrecorded'
]);

const PARTS: Part[] = ['yours', 'unrecorded', 'along', 'kernel'];

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
 * Return the part that each package belongs to. What both a requirement and the kernel need came
 * with the requirement.
 */
export function partsOf(
  packages: IPackages,
  unrecorded: ReadonlySet<string> = new Set()
): Map<string, Part> {
  const known = byName(packages);
  const asked = packages.distributions.filter(
    each => each.requirement !== null
  );
  const along = closure(asked, known);
  const kernels = packages.distributions.filter(
    each => each.name === packages.kernel
  );
  const kernel = closure(kernels, known);
  return new Map(
    packages.distributions.map(({ name, requirement }) => [
      name,
      requirement !== null
        ? 'yours'
        : unrecorded.has(name)
          ? 'unrecorded'
          : along.has(name) || !kernel.has(name)
            ? 'along'
            : 'kernel'
    ])
  );
}

/**
 * Return the rows of the list or the tree, under the headings of their parts. A filter finds
 * packages wherever they are, and shows the parts and branches that lead to them open.
 */
export function rowsOf(
  packages: IPackages,
  outdated: IOutdated[],
  view: IView
): Row[] {
  const parts = partsOf(packages, view.unrecorded);
  const wanted = view.filter.trim().toLowerCase();
  return PARTS.flatMap(part => {
    const all = packages.distributions.filter(
      each => parts.get(each.name) === part
    );
    const rows = view.isTree
      ? treeRows(packages, rootsOf(all, part, packages), outdated, view, part)
      : listRows(all, outdated, wanted, part);
    if (rows.length === 0) {
      return [];
    }
    const key = `part:${part}`;
    const isOpen = wanted !== '' || view.open.has(key);
    const count = wanted && !view.isTree ? rows.length : all.length;
    const head: IPartRow = {
      ...{ kind: 'part', key, part, count, depth: 0, hasMore: true },
      isOpen
    };
    return isOpen ? [head, ...rows] : [head];
  });
}

/** In the tree, what came along is below what brought it, and the kernel's is below the kernel. */
function rootsOf(
  all: IDistribution[],
  part: Part,
  packages: IPackages
): IDistribution[] {
  switch (part) {
    case 'along':
      return [];
    case 'kernel':
      return all.filter(each => each.name === packages.kernel);
    default:
      return all;
  }
}

function listRows(
  all: IDistribution[],
  outdated: IOutdated[],
  wanted: string,
  part: Part
): IPackageRow[] {
  const latest = latestVersions(outdated);
  return all
    .filter(each => each.name.includes(wanted))
    .sort(
      (one, other) =>
        Number(latest.has(other.name)) - Number(latest.has(one.name)) ||
        one.name.localeCompare(other.name)
    )
    .map(distribution => ({
      ...{ kind: 'package', part, distribution, depth: 0 },
      key: distribution.name,
      latest: latest.get(distribution.name) ?? null,
      hasMore: false,
      isOpen: false
    }));
}

function treeRows(
  packages: IPackages,
  roots: IDistribution[],
  outdated: IOutdated[],
  view: IView,
  part: Part
): IPackageRow[] {
  const latest = latestVersions(outdated);
  const known = byName(packages);
  const wanted = view.filter.trim().toLowerCase();
  const leads = wanted ? leading(known, wanted) : null;
  const rows: IPackageRow[] = [];
  const grow = (name: string, above: string[]): void => {
    const distribution = known.get(name);
    if (!distribution || (leads && !leads.has(name))) {
      return;
    }
    const path = [...above, name];
    const key = path.join('/');
    // Dependencies may be circular.
    const needs = distribution.needs.filter(
      each => known.has(each) && !path.includes(each)
    );
    const isOpen = leads
      ? needs.some(each => leads.has(each))
      : view.open.has(key);
    rows.push({
      ...{ kind: 'package', key, part, distribution, isOpen },
      latest: latest.get(name) ?? null,
      depth: above.length,
      hasMore: needs.length > 0
    });
    if (isOpen && rows.length < MOST_FOUND) {
      needs.forEach(each => grow(each, path));
    }
  };
  roots.forEach(each => grow(each.name, []));
  return rows;
}

/** Rows after which a filtered tree opens no further branch: paths can be very many. */
const MOST_FOUND = 2000;

/**
 * Return the shortest ways by which requirements, or the kernel, need a package, each from its
 * beginning; at most one for each beginning.
 */
export function waysTo(name: string, packages: IPackages): string[][] {
  const known = byName(packages);
  const begins = packages.distributions.filter(
    each => each.requirement !== null || each.name === packages.kernel
  );
  return begins
    .map(each => way(each.name, name, known))
    .filter((each): each is string[] => each !== null && each.length > 1)
    .sort((one, other) => one.length - other.length);
}

function way(
  from: string,
  to: string,
  known: Map<string, IDistribution>
): string[] | null {
  const ways = new Map<string, string[]>([[from, [from]]]);
  for (const [name, path] of ways) {
    if (name === to) {
      return path;
    }
    for (const each of known.get(name)?.needs ?? []) {
      if (!ways.has(each)) {
        ways.set(each, [...path, each]); // a map is walked in the order of insertion
      }
    }
  }
  return null;
}

/** Return the names that have a text within, and everything that leads to them. */
function leading(
  known: Map<string, IDistribution>,
  wanted: string
): Set<string> {
  const found = new Set(
    [...known.keys()].filter(each => each.includes(wanted))
  );
  let before = -1;
  while (found.size !== before) {
    before = found.size;
    for (const { name, needs } of known.values()) {
      if (needs.some(each => found.has(each))) {
        found.add(name);
      }
    }
  }
  return found;
}

function closure(
  begins: IDistribution[],
  known: Map<string, IDistribution>
): Set<string> {
  const found = new Set(begins.map(each => each.name));
  for (const name of found) {
    known.get(name)?.needs.forEach(each => found.add(each));
  }
  return found;
}

function byName(packages: IPackages): Map<string, IDistribution> {
  return new Map(packages.distributions.map(each => [each.name, each]));
}

function latestVersions(outdated: IOutdated[]): Map<string, string> {
  return new Map(outdated.map(each => [each.name, each.latest_version]));
}
