import * as React from 'react';

/**
 * One line of the notice bar.
 */
export function Line(props: {
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
