import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJob } from '../api/answers';

const NAMED = 3;

/**
 * Return what a job does, in a few words: `Installing seaborn`.
 */
export function jobWords(job: IJob, trans: TranslationBundle): string {
  const names = few(job.words.filter(word => !word.startsWith('-')));
  switch (job.verb) {
    case 'build': // of a kernel that starts, maybe in a notebook that records nothing
      return trans.__('Preparing the environment');
    case 'restore':
      return trans.__('Restoring the environment');
    case 'install':
      return names
        ? trans.__('Installing %1', names)
        : trans.__('Updating the environment');
    case 'uninstall':
      return trans.__('Removing %1', names);
    case 'upgrade':
      return names
        ? trans.__('Upgrading %1', names)
        : trans.__('Upgrading all packages');
    case 'undo':
      return trans.__('Undoing the last change');
    case 'redo':
      return trans.__('Redoing a change');
    case 'adopt':
      return trans.__('Installing what the notebook needs');
    case 'record':
      return trans.__('Recording what is installed');
    case 'python':
      return trans.__('Switching to Python %1', names);
    default:
      return trans.__('Updating the environment');
  }
}

function few(names: string[]): string {
  const more = names.length - NAMED;
  const shown = names.slice(0, NAMED).join(', ');
  return more > 0 ? `${shown} + ${more}` : shown;
}
