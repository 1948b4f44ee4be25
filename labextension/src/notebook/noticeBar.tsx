import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { Button, ignore } from '../ui/button';
import type { IEnvironmentModel, IProblem, State } from '../tokens';
import { restartSentence, stateSentence } from '../ui/text';

/**
 * What a strip can do besides what the model does.
 */
export interface IStripActions {
  /** Show the Environment panel. */
  open(): void;
  /** Ask for approval again. */
  review(model: IEnvironmentModel): void;
  /** Whether the offer to change the kernel was turned down before. */
  isTurnedDown(model: IEnvironmentModel): boolean;
  turnDown(model: IEnvironmentModel): void;
}

interface IStripProps {
  model: IEnvironmentModel;
  actions: IStripActions;
  trans: TranslationBundle;
}

/**
 * The strip between a notebook's toolbar and its cells: what goes on with its environment, and the
 * next step. It takes no room when there is nothing to say.
 */
export class Strip extends ReactWidget {
  constructor(private _props: IStripProps) {
    super();
    this.addClass('jp-nbenv-Strip');
    this._observer = new ResizeObserver(() => this._takeRoom());
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this._props.model.changed}>
        {() => <Notice {...this._props} />}
      </UseSignal>
    );
  }

  dispose(): void {
    this._observer.disconnect();
    super.dispose();
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._observer.observe(this.node);
    new MutationObserver(() => this._takeRoom()).observe(this.node, {
      childList: true,
      subtree: true,
      characterData: true
    });
  }

  /** The header is a box layout: it needs to be told the height that the text takes. */
  private _takeRoom(): void {
    const height = this.node.firstElementChild?.scrollHeight ?? 0;
    const wanted = `${height}px`;
    if (this.node.style.minHeight !== wanted) {
      this.node.style.minHeight = wanted;
      this.parent?.fit();
    }
  }

  private _observer: ResizeObserver;
}

function Notice(props: IStripProps): JSX.Element | null {
  const { model } = props;
  if (model.progress) {
    return <Working {...props} />;
  }
  if (model.problem) {
    return <Failed {...props} problem={model.problem} />;
  }
  const show = model.status?.stripped
    ? Stripped
    : isOrdinary(model)
      ? Ordinary
      : NOTICES[model.state];
  return show ? show(props) : null;
}

const NOTICES: Partial<
  Record<State, (props: IStripProps) => JSX.Element | null>
> = {
  approval: Approval,
  restart: Restart,
  other: Other
};

function Line(props: {
  kind: string;
  children: React.ReactNode;
  role?: string;
}): JSX.Element {
  return (
    <div
      className={`jp-nbenv-Notice jp-mod-${props.kind}`}
      role={props.role ?? 'status'}
    >
      {props.children}
    </div>
  );
}

const PHASES = ['python', 'create', 'resolve', 'install'];

/**
 * How far the work is: its phases, and what is said of the distribution at hand.
 */
export function Working({ model, trans }: IStripProps): JSX.Element {
  const { progress } = model;
  const phase = progress?.phase ?? '';
  const names: Record<string, string> = {
    python: trans.__('Python'),
    create: trans.__('Environment'),
    resolve: trans.__('Resolve'),
    install: trans.__('Install')
  };
  const at = PHASES.indexOf(phase);
  const verb =
    model.state === 'restoring'
      ? trans.__('Restoring the environment')
      : trans.__('Changing the environment');
  return (
    <Line kind="working">
      <span className="jp-nbenv-Notice-title">{verb}</span>
      <ol className="jp-nbenv-Phases" aria-label={trans.__('Phases')}>
        {PHASES.map((name, position) => (
          <li
            key={name}
            className={
              position < at
                ? 'jp-mod-done'
                : position === at
                  ? 'jp-mod-now'
                  : ''
            }
            aria-current={position === at ? 'step' : undefined}
          >
            {names[name]}
          </li>
        ))}
      </ol>
      <span className="jp-nbenv-Notice-text" title={progress?.message}>
        {progress?.message || trans.__('Starting …')}
      </span>
      <Button
        label={trans.__('Cancel')}
        title={trans.__('Stop, and leave everything as it was')}
        onClick={() => void model.cancel()}
      />
    </Line>
  );
}

/**
 * The one message of a failure, and a button for the next step.
 */
export function Failed(
  props: IStripProps & { problem: IProblem }
): JSX.Element {
  const { problem, model, trans, actions } = props;
  const retries = model.state === 'approval' || model.state === 'failed';
  return (
    <Line kind="failed" role="alert">
      <div className="jp-nbenv-Notice-text jp-mod-long">
        <strong>{problem.what}</strong>
        {problem.why && <pre>{problem.why}</pre>}
        {problem.todo && <p>{problem.todo}</p>}
      </div>
      {problem.kind === 'ApprovalNeeded' ? (
        <Button
          strong
          label={trans.__('Restore …')}
          onClick={() => actions.review(model)}
        />
      ) : ['Interpreter', 'Unavailable'].includes(problem.kind) ? (
        <Button
          strong
          label={trans.__('Use another Python …')}
          title={trans.__('Choose one that is here, in the Environment panel')}
          onClick={() => actions.open()}
        />
      ) : (
        retries && (
          <Button
            strong
            label={trans.__('Try again')}
            onClick={() => void model.run('restore').catch(ignore)}
          />
        )
      )}
      {model.state !== 'failed' && (
        <Button label={trans.__('Dismiss')} onClick={() => model.dismiss()} />
      )}
    </Line>
  );
}

function Approval({ model, actions, trans }: IStripProps): JSX.Element {
  return (
    <Line kind="approval">
      <span className="jp-nbenv-Notice-text">
        {stateSentence(model, trans)}
      </span>
      <Button
        strong
        label={trans.__('Restore …')}
        title={trans.__('Show what would be installed, and decide')}
        onClick={() => actions.review(model)}
      />
    </Line>
  );
}

function Stripped({ model, trans }: IStripProps): JSX.Element {
  return (
    <Line kind="other">
      <span className="jp-nbenv-Notice-text">
        {trans.__(
          'This notebook’s file lost the record of its environment, which this computer still has.'
        )}
      </span>
      <Button
        strong
        label={trans.__('Put it back')}
        title={trans.__('Record it in the notebook again')}
        onClick={() => void model.run('restore').catch(ignore)}
      />
    </Line>
  );
}

/** A notebook that was written elsewhere, in our kernel, and nothing says what it needs. */
function isOrdinary(model: IEnvironmentModel): boolean {
  const { status, state, importsAtOpen } = model;
  return state === 'ready' && importsAtOpen && !status?.recorded;
}

function Ordinary({ model, actions, trans }: IStripProps): JSX.Element | null {
  if (actions.isTurnedDown(model)) {
    return null;
  }
  return (
    <Line kind="other">
      <span className="jp-nbenv-Notice-text">
        {trans.__(
          'This notebook imports modules, but records nothing of what it needs.'
        )}
      </span>
      <Button
        strong
        label={trans.__('Find what it needs …')}
        title={trans.__('Show it in the Environment panel, and decide')}
        onClick={() => actions.open()}
      />
      <NotNow {...{ model, actions, trans }} />
    </Line>
  );
}

function Restart({ model, trans }: IStripProps): JSX.Element {
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
        title={trans.__('Variables are lost; cells and outputs stay')}
        onClick={() => void model.restart()}
      />
    </Line>
  );
}

function NotNow({ model, actions, trans }: IStripProps): JSX.Element {
  return (
    <Button
      label={trans.__('Not now')}
      onClick={() => actions.turnDown(model)}
    />
  );
}

function Other({ model, actions, trans }: IStripProps): JSX.Element | null {
  if (actions.isTurnedDown(model)) {
    return null;
  }
  return (
    <Line kind="other">
      <span className="jp-nbenv-Notice-text">
        {trans.__(
          'This notebook has an environment of its own (Python %1, %2), but runs in another kernel.',
          model.status?.python ?? '',
          trans._n(
            '%1 distribution',
            '%1 distributions',
            model.status?.locked ?? 0
          )
        )}
      </span>
      <Button
        strong
        label={trans.__('Use it')}
        title={trans.__(
          'Change to the kernel Python (nbenv); variables are lost'
        )}
        onClick={() => void model.useOwnKernel()}
      />
      <NotNow {...{ model, actions, trans }} />
    </Line>
  );
}
