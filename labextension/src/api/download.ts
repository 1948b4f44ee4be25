import type { IDownload } from './answers';

/**
 * Read what a dry run says of its download; null where it says nothing.
 */
export function readDownload(data: unknown): IDownload | null {
  const raw = (data as { download?: Record<string, unknown> } | null)?.download;
  if (typeof raw?.count !== 'number') {
    return null;
  }
  return {
    count: raw.count,
    size: typeof raw.size === 'number' ? raw.size : 0,
    unknown: typeof raw.unknown === 'number' ? raw.unknown : 0,
    isCertain: raw.is_certain === true
  };
}

/**
 * Read which packages a dry run says would be built from source.
 */
export function readBuilt(data: unknown): string[] {
  const raw = (data as { built?: unknown } | null)?.built;
  return Array.isArray(raw) ? raw.map(String) : [];
}
