import * as React from 'react';
import { runShown } from '../environment/run';
import type { IEnvironmentModel, State } from '../tokens';
import { Button } from '../ui/button';
import { JobProgress } from '../ui/jobProgress';
import {
  isGone,
  packageCount,
  restartSentence,
  stateSentence
} from '../ui/text';
import { Failed, Review } from './failedNotice';
import type { INoticeProps } from './noticeActions';
import { Line } from './noticeLine';

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
      : isGone(model)
        ? Gone
        : (NOTICES[model.state] ?? (isUnkept(model) ? Unkept : null));
  return Fitting ? <Fitting {...props} /> : null;
}

const NOTICES: Partial<
  Record<State, (props: INoticeProps) => JSX.Element | null>
> = {
  approval: Approval,
  restart: Restart,
  other: Other
};

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

function Gone({ model, trans }: INoticeProps): JSX.Element {
  return (
    <Line kind="other">
      <span className="jp-nbenv-Notice-text">
        {stateSentence(model, trans)}
      </span>
      <Button
        strong
        label={trans.__('Restore it')}
        title={trans.__('Install again what the notebook records')}
        onClick={() => void runShown(model, 'restore')}
      />
    </Line>
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
  const { status, state, importsAtOpen, search } = model;
  // While the panel searches and shows what it found, its buttons lead on.
  const isOpen = importsAtOpen && search.count === 0;
  return state === 'ready' && isOpen && !status?.recorded;
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
        onClick={() => {
          void model.search.begin();
          actions.open();
        }}
      />
      <NotNow {...{ model, actions, trans }} />
    </Line>
  );
}

/** Tell whether the notebook lacks the newest record, and its file cannot be written. */
function isUnkept({ isReadOnly, status }: IEnvironmentModel): boolean {
  return isReadOnly && Boolean(status?.recorded) && !status?.saved;
}

function Unkept({ actions, trans }: INoticeProps): JSX.Element {
  return (
    <Line kind="other">
      <span className="jp-nbenv-Notice-text">
        {trans.__(
          'This notebook is read-only. What you have changed works on this machine, but is not recorded in its file.'
        )}
      </span>
      <Button
        strong
        label={trans.__('Save as…')}
        title={trans.__(
          'Save the notebook, with the record, under another name'
        )}
        onClick={() => actions.saveAs()}
      />
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
