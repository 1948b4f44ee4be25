import * as React from 'react';
import { ROW_HEIGHT } from './packageRow';
import { visibleRows } from './rows';

/** What is assumed until the list's height is known. */
const HEIGHT = 600;

/**
 * The rows of a scrolling list that are in sight.
 */
export interface ISight {
  first: number;
  end: number;
  /** To be called when the list scrolls. */
  measure: () => void;
  /** Scroll to a row. */
  reveal: (position: number) => void;
}

/**
 * Follow which rows of a list are in sight.
 */
export function useSight(
  list: React.RefObject<HTMLDivElement>,
  count: number
): ISight {
  const [sight, setSight] = React.useState({ top: 0, height: HEIGHT });
  const measure = React.useCallback(() => {
    const node = list.current;
    if (node) {
      setSight({ top: node.scrollTop, height: node.clientHeight || HEIGHT });
    }
  }, []);
  React.useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (list.current) {
      observer.observe(list.current);
    }
    return () => observer.disconnect();
  }, [measure]);
  const reveal = (position: number) => {
    const node = list.current;
    if (!node) {
      return;
    }
    const top = position * ROW_HEIGHT;
    const bottom = top + ROW_HEIGHT;
    if (top < node.scrollTop) {
      node.scrollTop = top;
    } else if (bottom > node.scrollTop + node.clientHeight) {
      node.scrollTop = bottom - node.clientHeight;
    }
  };
  return {
    ...visibleRows(sight.top, sight.height, ROW_HEIGHT, count),
    measure,
    reveal
  };
}
