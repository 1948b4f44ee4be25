import * as React from 'react';
import type { ISuggestion } from '../api/answers';

/** The id of the list, which the field names. */
export const SUGGESTIONS = 'jp-nbenv-suggestions';

/**
 * Return the id of the suggestion at a position.
 */
export function suggestionId(position: number): string {
  return `${SUGGESTIONS}-${position}`;
}

/**
 * Replace the name that a text ends with.
 */
export function completed(text: string, name: string): string {
  return text.replace(/[A-Za-z0-9][\w.-]*$/, '') + name;
}

/**
 * Names that may be meant, with their summaries, below the field for a new package.
 */
export function Suggestions(props: {
  items: ISuggestion[];
  label: string;
  /** The position of the one that Enter takes, -1 for none. */
  active: number;
  onTake: (name: string) => void;
}): JSX.Element {
  const { items, label, active, onTake } = props;
  return (
    <ul
      id={SUGGESTIONS}
      className="jp-nbenv-Suggestions"
      role="listbox"
      aria-label={label}
    >
      {items.map(({ name, summary }, position) => (
        <li
          key={name}
          id={suggestionId(position)}
          role="option"
          aria-selected={position === active}
          title={summary}
          // The field keeps the focus.
          onMouseDown={event => event.preventDefault()}
          onClick={() => onTake(name)}
        >
          <b>{name}</b> <span>{summary}</span>
        </li>
      ))}
    </ul>
  );
}
