import type { ShareScope } from './scripts';

/** The modules of the manager of widgets, of which a page has one. */
export const OF_WIDGETS = '@jupyter-widgets/';
const BASE = '@jupyter-widgets/base';

/**
 * Return the version of a shared module that is used, or would be; '' for none.
 */
export function usedVersion(scope: ShareScope, name: string): string {
  const versions = scope[name] ?? {};
  const known = Object.keys(versions);
  const loaded = known.filter(each => versions[each].loaded);
  return (loaded.length ? loaded : known).sort(compared).pop() ?? '';
}

/**
 * Return the major version of the base of widgets, 0 for none.
 */
export function baseVersion(scope: ShareScope): number {
  return parseInt(usedVersion(scope, BASE), 10) || 0;
}

/**
 * Give a scope all modules of the page's that it lacks, and the very same modules of widgets, so
 * that what is loaded with it knows Lab and the page's widgets.
 */
export function follow(page: ShareScope, scope: ShareScope): void {
  for (const [name, versions] of Object.entries(page)) {
    if (name.startsWith(OF_WIDGETS)) {
      scope[name] = versions;
    } else {
      scope[name] ??= { ...versions };
    }
  }
}

/**
 * Remove what a container of this name brought into a scope, where another version takes its place.
 */
export function withdraw(scope: ShareScope, container: string): void {
  for (const [name, versions] of Object.entries(scope)) {
    const own = Object.keys(versions).filter(
      each => versions[each].from === container
    );
    if (own.length > 0 && !name.startsWith(OF_WIDGETS)) {
      const others = Object.entries(versions).filter(
        ([version]) => !own.includes(version)
      );
      scope[name] = Object.fromEntries(others);
    }
  }
}

function compared(one: string, other: string): number {
  return one.localeCompare(other, undefined, { numeric: true });
}
