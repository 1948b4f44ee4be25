import type { TranslationBundle } from '@jupyterlab/translation';
import type { IMark } from '../api/marks';
import { plain } from '../ui/text';

/**
 * Return the few characters beside a line: `✓ 3.1.1`.
 */
export function markLabel(mark: IMark, trans: TranslationBundle): string {
  const name = plain(mark.package ?? mark.module);
  switch (mark.state) {
    case 'installed':
      return `✓ ${plain(mark.version ?? '')}`;
    case 'locked':
      return `↓ ${plain(mark.version ?? '')}`;
    case 'missing':
      return mark.optional
        ? `↓ ${trans.__('optional: %1', name)}`
        : `↓ ${trans.__('will install %1', name)}`;
    case 'unknown':
      return `? ${trans.__('unknown')}`;
    case 'local':
      return `⌂ ${trans.__('local')}`;
  }
}

/**
 * Say the same in a sentence.
 */
export function markSentence(mark: IMark, trans: TranslationBundle): string {
  const module = plain(mark.module);
  const name = plain(mark.package ?? mark.module);
  const sentence = stateSentence(mark, name, trans);
  return name === module
    ? sentence
    : trans.__(
        'The module %1 is part of the package %2. %3',
        module,
        name,
        sentence
      );
}

function stateSentence(
  mark: IMark,
  name: string,
  trans: TranslationBundle
): string {
  const version = plain(mark.version ?? '');
  switch (mark.state) {
    case 'installed':
      return trans.__('%1 %2 is installed.', name, version);
    case 'locked':
      return trans.__(
        '%1 %2 will be installed, as the notebook records.',
        name,
        version
      );
    case 'missing':
      return mark.optional
        ? trans.__('%1 is not installed. The code can do without it.', name)
        : trans.__('%1 is not installed.', name);
    case 'unknown':
      return trans.__('No known package has the module %1.', name);
    case 'local':
      return trans.__('%1 is a module beside the notebook.', name);
  }
}

/**
 * Return the button that installs what a notebook's imports lack.
 */
export function offerLabel(
  packages: string[],
  trans: TranslationBundle
): string {
  return packages.length === 1
    ? trans.__('Install and run')
    : trans.__('Install all %1 and run', packages.length);
}

/**
 * Say what that button does.
 */
export function offerSentence(
  packages: string[],
  trans: TranslationBundle
): string {
  return trans.__('Install %1, then run this cell', packages.join(', '));
}

/**
 * Tell whether an import fails until its package is installed.
 */
export function isNeeded(mark: IMark): boolean {
  return mark.state === 'missing' && !mark.optional;
}
