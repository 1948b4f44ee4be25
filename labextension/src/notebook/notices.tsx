import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IProblem } from '../api/answers';
import { runShown } from '../environment/run';
import type { IEnvironmentModel, State } from '../tokens';
import { Button } from '../ui/button';
import { FixButtons, hasWayOut, type IWaysOut } from '../ui/fixButtons';
import { JobProgress } from '../ui/jobProgress';
import { packageCount, restartSentence, stateSentence } from '../ui/text';
import { Fallbacks } from './fallbacks';
import { Line } from './noticeLine';

/**
 * What a notice can do besides what the model does.
 */
export interface INoticeActions {
  /** Show the Environment panel. */
  open(): void;
  /** Whether the offer that fits the model's state was dismissed before. */
  isDismissed(model: IEnvironmentModel): boolean;
  dismiss(model: IEnvironmentModel): void;
  /** Switch to the notebook's own kernel, and ask where that loses variables. */
  switchKernel(): void;
}

export interface INoticeProps {
  model: IEnvironmentModel;
  actions: INoticeActions;
  trans: TranslationBundle;
}

/**
 * The one notice for the model's state, or nothing.
 */
export function Notice(props: INoticeProps): JSX.Element | null {
  const { model, trans } = props;
  if (model.progress) {
    return (
      <Line kind="working">
        <JobProgress {...{ model, trans }} progress={model.progress} />
      </Line>
    );
  }
  if (model.problem) {
    return <Failed {...props} problem={model.problem} />;
  }
  const Fitting = model.status?.stripped
    ? Stripped
    : isUnrecorded(model)
      ? Unrecorded
      : NOTICES[model.state];
  return Fitting ? <Fitting {...props} /> : null;
}

const NOTICES: Partial<
  Record<State, (props: INoticeProps) => JSX.Element | null>
> = {
  approval: Approval,
  restart: Restart,
  other: Other
};

/**
 * The message of a failure, and a button for the next step.
 */
function Failed(props: INoticeProps & { problem: IProblem }): JSX.Element {
  const { problem, model, trans } = props;
  const fallbacks = problem.steps ?? [];
  return (
    <Line kind="failed" role="alert">
      <div className="jp-nbenv-Notice-text jp-mod-long">
        <strong>{problem.what}</strong>
        {problem.why && <pre>{problem.why}</pre>}
        {fallbacks.length ? (
          <Fallbacks fallbacks={fallbacks} model={model} trans={trans} />
        ) : (
          // Where there are fixes, their buttons say what to do.
          problem.todo && !problem.fixes?.length && <p>{problem.todo}</p>
        )}
      </div>
      <NextStep {...props} />
      {model.state !== 'failed' && (
        <Button label={trans.__('Dismiss')} onClick={() => model.dismiss()} />
      )}
    </Line>
  );
}

function NextStep(
  props: INoticeProps & { problem: IProblem }
): JSX.Element | null {
  const { problem, model, trans, actions } = props;
  if (problem.kind === 'ApprovalNeeded') {
    return model.status?.recorded ? <Review {...props} /> : null;
  }
  const ways = waysOut(props);
  if (hasWayOut(ways)) {
    return <FixButtons {...ways} />;
  }
  if (['Interpreter', 'Unavailable'].includes(problem.kind)) {
    return (
      <Button
        strong
        label={trans.__('Use another Python…')}
        title={trans.__(
          'Choose an installed Python version in the Environment panel'
        )}
        onClick={() => actions.open()}
      />
    );
  }
  if (problem.steps?.length) {
    return null; // each fallback has a button of its own
  }
  return ['approval', 'failed'].includes(model.state) ? (
    <Button
      strong
      label={trans.__('Try again')}
      onClick={() => void runShown(model, 'restore')}
    />
  ) : null;
}

/** What helps after a job that failed; after a kernel's build, the notice has its own button. */
function waysOut({
  model,
  problem,
  trans
}: INoticeProps & { problem: IProblem }): IWaysOut {
  const { failed } = model;
  const again =
    failed && (() => runShown(model, failed.verb, failed.words, failed.flags));
  const fix: IWaysOut['onFix'] = async ({ kind, verb, words, flags }) => {
    try {
      await model.run(verb, words, flags);
    } catch {
      return; // the notice shows why, or the person did not agree
    }
    if (kind === 'python') {
      await again?.();
    }
  };
  return { problem, trans, onFix: fix, onAgain: again && (() => void again()) };
}

function Approval(props: INoticeProps): JSX.Element {
  const { model, trans } = props;
  return (
    <Line kind="approval">
      <span className="jp-nbenv-Notice-text">
        {stateSentence(model, trans)}
      </span>
      <Review {...props} />
    </Line>
  );
}

function Review({ model, trans }: INoticeProps): JSX.Element {
  return (
    <Button
      strong
      label={trans.__('Restore…')}
      title={trans.__('See what would be installed before you decide')}
      onClick={() => void model.review()}
    />
  );
}

function Stripped({ model, trans }: INoticeProps): JSX.Element {
  return (
    <Line kind="other">
      <span className="jp-nbenv-Notice-text">
        {trans.__(
          'This notebook’s file has lost the record of its environment. This machine still has a copy.'
        )}
      </span>
      <Button
        strong
        label={trans.__('Put it back')}
        title={trans.__('Write the record into the notebook again')}
        onClick={() => void runShown(model, 'restore')}
      />
    </Line>
  );
}

/** Tell whether a notebook from elsewhere runs in our kernel and does not record what it needs. */
function isUnrecorded(model: IEnvironmentModel): boolean {
  const { status, state, importsAtOpen } = model;
  return state === 'ready' && importsAtOpen && !status?.recorded;
}

function Unrecorded({
  model,
  actions,
  trans
}: INoticeProps): JSX.Element | null {
  if (actions.isDismissed(model)) {
    return null;
  }
  return (
    <Line kind="other">
      <span className="jp-nbenv-Notice-text">
        {trans.__(
          'This notebook imports modules but does not record the packages it needs.'
        )}
      </span>
      <Button
        strong
        label={trans.__('Find required packages…')}
        title={trans.__(
          'Find and review the packages in the Environment panel'
        )}
        onClick={() => actions.open()}
      />
      <NotNow {...{ model, actions, trans }} />
    </Line>
  );
}

function Restart({ model, trans }: INoticeProps): JSX.Element {
  return (
    <Line kind="restart">
      <span className="jp-nbenv-Notice-text">
        {model.stale.length
          ? restartSentence(model.stale, trans)
          : stateSentence(model, trans)}
      </span>
      <Button
        strong
        label={trans.__('Restart kernel')}
        title={trans.__('Variables are lost; cells and outputs are kept')}
        onClick={() => void model.restart()}
      />
    </Line>
  );
}

function NotNow({ model, actions, trans }: INoticeProps): JSX.Element {
  return (
    <Button
      label={trans.__('Not now')}
      onClick={() => actions.dismiss(model)}
    />
  );
}

function Other({ model, actions, trans }: INoticeProps): JSX.Element | null {
  if (actions.isDismissed(model)) {
    return null;
  }
  return (
    <Line kind="other">
      <span className="jp-nbenv-Notice-text">
        {trans.__(
          'This notebook has its own environment (Python %1, %2) but is running in another kernel.',
          model.status?.python ?? '',
          packageCount(model.status?.locked ?? 0, trans)
        )}
      </span>
      <Button
        strong
        label={trans.__('Use it')}
        title={trans.__(
          'Switch to the Python (own environment) kernel; nbenv asks first if variables would be lost'
        )}
        onClick={() => actions.switchKernel()}
      />
      <NotNow {...{ model, actions, trans }} />
    </Line>
  );
}
