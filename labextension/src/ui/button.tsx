import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

/**
 * A small button in JupyterLab's style; `strong` marks the suggested step.
 */
export function Button(props: {
  label: string;
  onClick: () => void;
  strong?: boolean;
  title?: string;
  disabled?: boolean;
  /** Whether it submits the form around it. */
  submits?: boolean;
  /** For a button that shows and hides something: whether that is shown. */
  isPressed?: boolean;
  /** What is shown in place of the label. */
  icon?: LabIcon;
}): JSX.Element {
  const kind = props.strong ? 'jp-mod-accept' : 'jp-mod-reject';
  return (
    <button
      type={props.submits ? 'submit' : 'button'}
      className={`jp-Button jp-mod-styled ${kind} jp-nbenv-Button${props.icon ? ' jp-mod-icon' : ''}`}
      title={props.title}
      disabled={props.disabled}
      aria-pressed={props.isPressed}
      aria-label={props.icon ? props.label : undefined}
      onClick={props.onClick}
    >
      {props.icon ? <props.icon.react tag="span" /> : props.label}
    </button>
  );
}
