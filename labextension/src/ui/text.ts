import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  IChange,
  IEnvironmentModel,
  IProblem,
  IStale,
  State
} from '../tokens';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/**
 * A number of bytes as people write it: `12.3 MB`.
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
 * The few words for a state, as in the toolbar.
 */
export function stateWords(state: State, trans: TranslationBundle): string {
  const words: Record<State, string> = {
    unknown: trans.__('no environment'),
    none: trans.__('no environment'),
    stopped: trans.__('no kernel'),
    starting: trans.__('starting'),
    restoring: trans.__('restoring'),
    changing: trans.__('changing'),
    approval: trans.__('needs approval'),
    failed: trans.__('failed'),
    other: trans.__('another kernel'),
    restart: trans.__('restart needed'),
    changed: trans.__('changed'),
    ready: trans.__('ready')
  };
  return words[state];
}

/**
 * One line for the toolbar and the status bar: `Python 3.11: ready`.
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
 * What a state means, in a sentence.
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
        'This notebook has no environment of its own yet. Add a distribution to give it one.'
      );
    case 'stopped':
      return trans.__('No kernel runs.');
    case 'starting':
      return trans.__('The kernel is starting.');
    case 'restoring':
      return trans.__('The environment is being restored.');
    case 'changing':
      return trans.__('The environment is changing.');
    case 'approval':
      return trans.__(
        'This environment is not on this computer yet, and nobody agreed to it here.'
      );
    case 'failed':
      return trans.__('The environment cannot be used.');
    case 'other':
      return trans.__('The notebook runs in another kernel than its own.');
    case 'restart':
      return stale.length
        ? restartSentence(stale, trans)
        : trans.__('Restart the kernel to move into the new environment.');
    case 'changed':
      return trans.__('What is installed is not what the notebook records.');
    case 'ready':
      return status?.recorded
        ? trans.__('The kernel runs in what the notebook records.')
        : trans.__(
            'The kernel runs in an environment of its own; nothing is recorded yet.'
          );
  }
}

/**
 * Which imported package makes a restart needed.
 */
export function restartSentence(
  stale: IStale[],
  trans: TranslationBundle
): string {
  const [first] = stale;
  const others = stale.length - 1;
  const one = first.new
    ? trans.__(
        'Restart the kernel to use %1 %2: %3 was imported (as %4).',
        first.name,
        first.new,
        first.old ?? '',
        first.module
      )
    : trans.__(
        'Restart the kernel to be rid of %1: it was imported (as %2).',
        first.name,
        first.module
      );
  return others > 0
    ? `${one} ${trans._n('%1 more is in the same case.', '%1 more are in the same case.', others)}`
    : one;
}

/**
 * One change as a line: `numpy 1.26.4 → 2.0.1`.
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
 * A problem in one text, its parts on lines of their own.
 */
export function problemText(problem: IProblem): string {
  return [problem.what, problem.why, problem.todo].filter(Boolean).join('\n');
}
