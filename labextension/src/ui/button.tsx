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
}): JSX.Element {
  const kind = props.strong ? 'jp-mod-accept' : 'jp-mod-reject';
  return (
    <button
      type={props.submits ? 'submit' : 'button'}
      className={`jp-Button jp-mod-styled ${kind} jp-nbenv-Button`}
      title={props.title}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.label}
    </button>
  );
}
