import * as React from 'react';
import { plain } from './text';

/** Characters that fit without scrolling; a line has about 60. */
const FITTING = 240;

/**
 * Lines that a reader must see before agreeing. A long list scrolls, also with the keyboard.
 */
export function WarnedList(props: {
  lines: string[];
  label: string;
}): JSX.Element {
  const { lines, label } = props;
  const rows = lines.map(line => 60 * Math.ceil(line.length / 50));
  const scrolls = rows.reduce((sum, each) => sum + each, 0) > FITTING;
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
