import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { PHASES, type IEnvironmentModel, type IProgress } from '../tokens';
import { Button } from './button';
import { DownloadBar } from './downloadBar';
import { jobWords } from './jobWords';

interface IProgressProps {
  model: IEnvironmentModel;
  progress: IProgress;
  trans: TranslationBundle;
}

/**
 * A running job, with its phases and the message about the current step, and the jobs behind it.
 * What is around it decides how that is laid out.
 */
export function JobProgress(props: IProgressProps): JSX.Element {
  const { model, progress, trans } = props;
  return (
    <>
      <span className="jp-nbenv-Notice-title">
        {jobWords(progress.job, trans)}
      </span>
      <Phases phase={progress.phase} trans={trans} />
      <span className="jp-nbenv-Notice-text" title={progress.message}>
        {progress.message || trans.__('Starting…')}
      </span>
      <DownloadBar progress={progress} trans={trans} />
      <Button
        label={trans.__('Cancel')}
        title={trans.__('Stop and leave everything as it was')}
        onClick={() => void model.cancel()}
      />
      <Waiting {...props} />
    </>
  );
}

/** The jobs that begin afterwards. */
function Waiting({ model, trans }: IProgressProps): JSX.Element | null {
  if (model.waiting.length === 0) {
    return null;
  }
  return (
    <ul className="jp-nbenv-Waiting" aria-label={trans.__('Waiting')}>
      {model.waiting.map((job, position) => (
        <li key={job.id || position}>
          {trans.__('Next: %1', jobWords(job, trans))}
          <button
            type="button"
            className="jp-nbenv-Small"
            title={trans.__('Do not do this')}
            aria-label={trans.__('Cancel: %1', jobWords(job, trans))}
            onClick={() => void model.cancel(job)}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function Phases(props: {
  phase: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { phase, trans } = props;
  const names: Record<string, string> = {
    python: trans.__('Python'),
    create: trans.__('Environment'),
    resolve: trans.__('Resolve'),
    install: trans.__('Install')
  };
  const current = PHASES.indexOf(phase);
  const kind = (position: number) =>
    position < current
      ? 'jp-mod-done'
      : position === current
        ? 'jp-mod-now'
        : '';
  return (
    <ol className="jp-nbenv-Phases" aria-label={trans.__('Phases')}>
      {PHASES.map((name, position) => (
        <li
          key={name}
          className={kind(position)}
          aria-current={position === current ? 'step' : undefined}
        >
          {names[name]}
        </li>
      ))}
    </ol>
  );
}
