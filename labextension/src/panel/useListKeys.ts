import * as React from 'react';
import type { Row } from './rows';

/**
 * What the keys of a list do.
 */
export interface IListKeys {
  onToggle: (key: string) => void;
  onMove: (position: number) => void;
  onEnter: (row: Row, position: number) => void;
}

/** Rows that Page Up and Page Down pass over. */
const PAGE = 10;

/**
 * Return the row to move to for a key, or null where the key does not move.
 */
export function moved(key: string, rows: Row[], at: number): number | null {
  const last = rows.length - 1;
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: last
  };
  if (key in steps) {
    return Math.min(last, Math.max(0, steps[key]));
  }
  const row = rows[at];
  if (key === 'ArrowRight' && row?.hasMore && row.isOpen) {
    return Math.min(last, at + 1);
  }
  if (key === 'ArrowLeft' && row && !(row.hasMore && row.isOpen)) {
    return parentOf(rows, at);
  }
  return null;
}

/** Return the row that a row is below, or null at the left edge. */
function parentOf(rows: Row[], at: number): number | null {
  const depth = (row: Row) => (row.kind === 'part' ? -1 : row.depth);
  for (let place = at - 1; place >= 0; place -= 1) {
    if (depth(rows[place]) < depth(rows[at])) {
      return place;
    }
  }
  return null;
}

/**
 * Move through a list with the keys of a tree: arrows, Home and End, Enter.
 */
export function useListKeys(
  rows: Row[],
  { onToggle, onMove, onEnter }: IListKeys
): {
  active: number;
  activate: (position: number) => void;
  press: (event: React.KeyboardEvent) => void;
} {
  const [key, setKey] = React.useState<string | null>(null);
  const active = rows.findIndex(each => each.key === key);
  const activate = (position: number) => setKey(rows[position]?.key ?? null);
  const press = (event: React.KeyboardEvent) => {
    const row = rows[active];
    const to = moved(event.key, rows, active);
    const toggles =
      (event.key === 'ArrowRight' && row?.hasMore && !row.isOpen) ||
      (event.key === 'ArrowLeft' && row?.hasMore && row.isOpen);
    if (toggles) {
      onToggle(row.key);
    } else if (to !== null) {
      activate(to);
      onMove(to);
    } else if (row && (event.key === 'Enter' || event.key === ' ')) {
      onEnter(row, active);
    } else {
      return;
    }
    event.preventDefault();
  };
  return { active, activate, press };
}
