import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { Line } from './noticeLine';

const PHASES = ['python', 'create', 'resolve', 'install'];

interface IProgressProps {
  model: IEnvironmentModel;
  trans: TranslationBundle;
}

/**
 * The notice of a running job: its phases, and the message about the current step.
 */
export function Progress({ model, trans }: IProgressProps): JSX.Element {
  const { progress } = model;
  const title =
    model.state === 'restoring'
      ? trans.__('Restoring the environment')
      : trans.__('Updating the environment');
  return (
    <Line kind="working">
      <span className="jp-nbenv-Notice-title">{title}</span>
      <Phases phase={progress?.phase ?? ''} trans={trans} />
      <span className="jp-nbenv-Notice-text" title={progress?.message}>
        {progress?.message || trans.__('Starting…')}
      </span>
      <Button
        label={trans.__('Cancel')}
        title={trans.__('Stop and leave everything as it was')}
        onClick={() => void model.cancel()}
      />
    </Line>
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
