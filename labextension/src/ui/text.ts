import type { TranslationBundle } from '@jupyterlab/translation';
import type { IChange, IProblem, IStale } from '../api/answers';
import type { IEnvironmentModel, State } from '../tokens';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/**
 * Return a number of bytes as people write it: `12.3 MB`.
 */
export function bytes(size: number): string {
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/**
 * Return text from a notebook or an index so that nothing in it hides or turns around what is shown:
 * control characters, and those without a width or that set a direction, appear as their codes.
 */
export function plain(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu,
    each => `\\u${(each.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  );
}

/**
 * Return a number of packages: `30 packages`.
 */
export function packageCount(count: number, trans: TranslationBundle): string {
  return trans._n('%1 package', '%1 packages', count);
}

/**
 * Tell whether a state asks nothing of a person, and nothing is under way.
 */
export function isWell(state: State): boolean {
  return ['ready', 'stopped'].includes(state);
}

/**
 * Return the few words for a state that the toolbar shows.
 */
export function stateWords(state: State, trans: TranslationBundle): string {
  const words: Record<State, string> = {
    unknown: trans.__('no environment'),
    none: trans.__('no environment'),
    stopped: trans.__('no kernel'),
    starting: trans.__('starting'),
    restoring: trans.__('restoring'),
    changing: trans.__('updating'),
    approval: trans.__('needs approval'),
    failed: trans.__('failed'),
    other: trans.__('another kernel'),
    restart: trans.__('restart needed'),
    changed: trans.__('out of sync'),
    ready: trans.__('ready')
  };
  return words[state];
}

/**
 * Return what is visible in the toolbar: `3.11` where all is well, and words where a person should
 * know more.
 */
export function toolbarText(
  model: IEnvironmentModel | null,
  trans: TranslationBundle
): string {
  const state = model?.state ?? 'unknown';
  if (!model?.status || ['unknown', 'none'].includes(state)) {
    return '';
  }
  const isQuiet = isWell(state) || state === 'starting';
  return isQuiet ? model.status.python : stateWords(state, trans);
}

/**
 * Return a state in one line, for those who cannot see the icon: `Python 3.11: ready`.
 */
export function shortLine(
  model: IEnvironmentModel | null,
  trans: TranslationBundle
): string {
  const state = model?.state ?? 'unknown';
  const words = stateWords(state, trans);
  if (!model?.status || state === 'none') {
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  return trans.__('Python %1: %2', model.status.python, words);
}

/**
 * Tell whether a kernel runs whose environment somebody has removed.
 */
export function isGone({ state, status }: IEnvironmentModel): boolean {
  return state === 'changed' && status?.environment === null;
}

/**
 * Explain a state in a sentence.
 */
export function stateSentence(
  model: IEnvironmentModel,
  trans: TranslationBundle
): string {
  const { status, stale } = model;
  switch (model.state) {
    case 'unknown':
    case 'none':
      return trans.__(
        'This notebook has no environment of its own yet. Add a package to give it one.'
      );
    case 'stopped':
      return trans.__('No kernel is running.');
    case 'starting':
      return trans.__('The kernel is starting.');
    case 'restoring':
      return trans.__('Restoring the environment…');
    case 'changing':
      return trans.__('Updating the environment…');
    case 'approval':
      return trans.__(
        'This notebook’s environment is not on this machine yet.'
      );
    case 'failed':
      return trans.__('The environment cannot be used.');
    case 'other':
      return (
        status?.note ||
        trans.__('The notebook is running in another kernel than its own.')
      );
    case 'restart':
      return stale.length
        ? restartSentence(stale, trans)
        : status?.note ||
            trans.__('Restart the kernel to use the new environment.');
    case 'changed':
      return isGone(model)
        ? trans.__(
            'This notebook’s environment was removed from this machine. The kernel cannot import what it has not loaded yet.'
          )
        : trans.__('What is installed is not what the notebook records.');
    case 'ready':
      return status?.recorded
        ? trans.__('Everything is as the notebook records it.')
        : trans.__('No packages yet.');
  }
}

/**
 * Say which imported packages make a restart necessary.
 */
export function restartSentence(
  stale: IStale[],
  trans: TranslationBundle
): string {
  const [first] = stale;
  const others = stale.length - 1;
  const { name, module, old } = first;
  // As people know it: scikit-learn (sklearn).
  const named = module === name ? name : `${name} (${module})`;
  const one = first.new
    ? trans.__(
        'Restart the kernel to use %1 %2: version %3 is already imported.',
        named,
        first.new,
        old ?? ''
      )
    : trans.__(
        'Restart the kernel to stop using %1: it is still imported.',
        named
      );
  return others > 0
    ? `${one} ${trans._n('%1 more package needs this restart.', '%1 more packages need this restart.', others)}`
    : one;
}

/**
 * Return one change as a line: `numpy 1.26.4 → 2.0.1`.
 */
export function changeLine(change: IChange): string {
  if (!change.old) {
    return `${change.name} ${change.new ?? ''}`;
  }
  return change.new
    ? `${change.name} ${change.old} → ${change.new}`
    : `${change.name} ${change.old}`;
}

/**
 * Return a problem as one text, each part on its own line.
 */
export function problemText(problem: IProblem): string {
  return [problem.what, problem.why, problem.todo].filter(Boolean).join('\n');
}
