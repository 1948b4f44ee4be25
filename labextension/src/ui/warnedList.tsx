import * as React from 'react';
import { plain } from './text';

/** Lines that fit without scrolling. */
const FITTING = 6;

/**
 * Lines that a reader must see before agreeing. A long list scrolls, also with the keyboard.
 */
export function WarnedList(props: {
  lines: string[];
  label: string;
}): JSX.Element {
  const { lines, label } = props;
  const scrolls = lines.length > FITTING;
  return (
    <ul
      className="jp-nbenv-Warned"
      aria-label={label}
      tabIndex={scrolls ? 0 : undefined}
    >
      {lines.map((line, position) => (
        <li key={position}>{plain(line)}</li>
      ))}
    </ul>
  );
}
