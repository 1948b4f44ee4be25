import * as React from 'react';
import type { IProblem } from '../api/answers';
import { runShown } from '../environment/run';
import { Button } from '../ui/button';
import { FixButtons, hasWayOut, type IWaysOut } from '../ui/fixButtons';
import { Fallbacks } from './fallbacks';
import type { INoticeProps } from './noticeActions';
import { Line } from './noticeLine';

/**
 * The message of a failure, and a button for the next step.
 */
export function Failed(
  props: INoticeProps & { problem: IProblem }
): JSX.Element {
  const { model, trans } = props;
  const problem = here(props.problem);
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
      <NextStep {...props} problem={problem} />
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

/**
 * Leave out what only the panel does, where a person sees what an index would bring before it is
 * installed.
 */
function here(problem: IProblem): IProblem {
  const fixes = problem.fixes?.filter(fix => fix.kind !== 'index');
  return { ...problem, fixes };
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
  const fix: IWaysOut['onFix'] = async ({ kind, verb, words, flags, then }) => {
    try {
      await model.run(verb, words, flags);
    } catch {
      return; // the notice shows why, or the person did not agree
    }
    if (kind === 'python' && !then) {
      await again?.();
    } else if (then?.length) {
      await runShown(model, 'install', then);
    }
  };
  return { problem, trans, onFix: fix, onAgain: again && (() => void again()) };
}

/**
 * The button that shows what would be restored.
 */
export function Review({ model, trans }: INoticeProps): JSX.Element {
  return (
    <Button
      strong
      label={trans.__('Restore…')}
      title={trans.__('See what would be installed before you decide')}
      onClick={() => void model.review()}
    />
  );
}
