import type { IExportFormat, IServerVersion } from './answers';
import { shaped, type Shape } from './shape';

const VERSION: Shape = { version: 'string', formats: 'array' };
const EXPORTS: Shape = { exports: 'array' };
const EXPORT: Shape = { format: 'string', label: 'string', file: 'string' };

interface IVersionAnswer {
  version: string;
  formats: string[];
  exports?: IExportFormat[];
}

/**
 * Read the server's version and its export formats.
 *
 * A server that lists no `exports` has only the formats' names, which then serve as labels.
 */
export function readVersion(answer: unknown): IServerVersion {
  const { version, formats, exports } = shaped<IVersionAnswer>(
    answer,
    VERSION,
    'version'
  );
  if (exports === undefined) {
    const plain = (format: string) => ({
      format,
      label: format,
      file: `${format}.txt`
    });
    return { version, exports: formats.map(plain) };
  }
  shaped(answer, EXPORTS, 'version');
  exports.forEach(each => shaped(each, EXPORT, 'version'));
  return { version, exports };
}

/**
 * Return the name of the file that an export of a notebook is saved in.
 */
export function exportFileName(
  { file }: IExportFormat,
  notebook: string
): string {
  const name = notebook.slice(notebook.lastIndexOf('/') + 1);
  const stem = name.replace(/\.ipynb$/, '');
  // A function, since a string's `$` would have a meaning of its own here.
  return file.replace('{stem}', () => stem);
}
