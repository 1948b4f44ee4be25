import type { IIndex } from './answers';
import { shaped } from './shape';

/**
 * A package that a restore would install; null stands for what is not known.
 */
export interface IPreviewedPackage {
  name: string;
  version: string | null;
  url: string | null;
  /** In bytes. */
  size: number | null;
  /** Whether it is built from source. */
  source: boolean | null;
  /** Whether its file is in the installer's cache. */
  cached: boolean;
}

/**
 * What a restore would install; sizes in bytes, of which only those that the index was asked for
 * are known.
 */
export interface IPreview {
  /** Names exactly what is shown here: an agreement is to this digest, and to nothing else. */
  digest: string;
  approved: boolean;
  python: string;
  /** Whether that Python is on this machine. */
  pythonHere: boolean;
  count: number;
  /** What is not in the installer's cache. */
  download: number | null;
  sizesUnknown: number;
  requirements: string[];
  /** Requirements that the lock lacks: the next change would resolve and install them. */
  unlocked: string[];
  /** Lines that only another patch version of the Python, or another platform, installs. */
  conditional: string[];
  /** Those that this machine is not configured to use, null where that is not known. */
  indexes: IIndex[] | null;
  /** What comes from a URL. */
  direct: string[];
  /** Projects and archives on the server's machine. */
  local: string[];
  /** What would be built, null where that is not known. */
  source: string[] | null;
  /** Whether the index was asked for sizes. */
  lookedUp: boolean;
  /** Whether all files are in the installer's cache, so that nothing is downloaded. */
  cached: boolean;
  /** Whether the cache could be read. */
  cacheKnown: boolean;
  problem: string;
  /** The only platforms that the lock is for, in words; '' for all. */
  platforms: string;
  /** The build of PyTorch that the notebook names, as `cu126`. */
  torchBackend: string;
  /** Whether that build is for an accelerator that the server's machine lacks. */
  lacksAccelerator: boolean;
  /** Packages known to bring widgets or renderers, whose code runs in this page. */
  page: string[];
  distributions: IPreviewedPackage[];
}

type Raw = Record<string, unknown>;

/**
 * Read a preview as the server sends it. Without a digest there is nothing to agree to, and this
 * throws; whatever else an older or newer server leaves out counts as unknown.
 */
export function readPreview(data: unknown): IPreview {
  const raw = shaped<Raw>(data, { digest: 'string' }, 'restore');
  const distributions = items(raw.distributions).map(readPackage);
  const direct = Array.isArray(raw.direct)
    ? texts(raw.direct)
    : distributions.flatMap(each => (each.url ? [each.url] : []));
  const places = [...texts(raw.editable), ...texts(raw.local)];
  return {
    digest: text(raw.digest),
    approved: raw.approved === true,
    python: text(raw.python),
    pythonHere: raw.python_here !== false,
    count: number(raw.count) ?? distributions.length,
    download: number(raw.download),
    sizesUnknown: number(raw.sizes_unknown) ?? 0,
    requirements: texts(raw.requirements),
    unlocked: texts(raw.unlocked),
    conditional: texts(raw.conditional),
    indexes: Array.isArray(raw.indexes)
      ? items(raw.indexes).map(readIndex)
      : null,
    direct: direct.filter(each => !isLocal(each)),
    local: unique([...direct.filter(isLocal), ...places]),
    source: Array.isArray(raw.source) ? texts(raw.source) : null,
    lookedUp: raw.looked_up === true,
    cached: raw.cached === true,
    cacheKnown: raw.cache_known === true,
    problem: text(raw.problem),
    platforms: text(raw.platforms),
    torchBackend: text(raw.torch_backend),
    lacksAccelerator: raw.lacks_accelerator === true,
    page: texts(raw.page),
    distributions
  };
}

function readIndex(raw: Raw): IIndex {
  const index = { name: text(raw.name), url: text(raw.url) };
  return raw.default === true ? { ...index, default: true } : index;
}

/** Tell whether a requirement is a folder or a file of the server's machine. */
function isLocal(requirement: string): boolean {
  return /(^|@)\s*file:|^-e\s/i.test(requirement);
}

function readPackage(raw: Raw): IPreviewedPackage {
  return {
    name: text(raw.name),
    version: text(raw.version) || null,
    url: text(raw.url) || null,
    size: number(raw.size),
    source: typeof raw.source === 'boolean' ? raw.source : null,
    cached: raw.cached === true
  };
}

function items(value: unknown): Raw[] {
  return Array.isArray(value) ? value.map(each => (each ?? {}) as Raw) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function unique(lines: string[]): string[] {
  return [...new Set(lines)];
}
