import * as React from 'react';

/**
 * A button of JupyterLab's looks, smaller; `strong` is for the step to take.
 */
export function Button(props: {
  label: string;
  onClick: () => void;
  strong?: boolean;
  title?: string;
  disabled?: boolean;
  /** Whether it sends the form that it is in. */
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

/**
 * For work whose failure the model keeps and the strip shows.
 */
export function ignore(): void {
  // Nothing to add.
}
