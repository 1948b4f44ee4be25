import { nullTranslator as TRANS } from '../../__tests__/translator';
import { when } from '../historyList';
import type { Row } from '../rows';
import { completed } from '../suggestions';
import { moved } from '../useListKeys';

function row(depth: number, hasMore = false, isOpen = false): Row {
  const distribution = { ...{ name: 'x', version: '1', requirement: null } };
  return {
    ...{ kind: 'package', key: 'x', part: 'yours', latest: null, depth },
    ...{
      hasMore,
      isOpen,
      distribution: { ...distribution, size: 0, needs: [] }
    }
  };
}

const HEAD: Row = {
  ...{ kind: 'part', key: 'part:yours', part: 'yours', count: 3, depth: 0 },
  ...{ hasMore: true, isOpen: true }
};
const ROWS = [HEAD, row(0, true, true), row(1), row(0)];

it.each([
  ['ArrowDown', -1, 0],
  ['ArrowDown', 3, 3],
  ['ArrowUp', 0, 0],
  ['End', 0, 3],
  ['Home', 3, 0],
  ['PageDown', 0, 3],
  ['ArrowRight', 1, 2],
  ['ArrowRight', 2, null],
  ['ArrowLeft', 2, 1],
  ['ArrowLeft', 3, 0],
  ['ArrowLeft', 1, null],
  ['x', 1, null]
])('%s moves from %d to %s', (key, at, to) => {
  expect(moved(key, ROWS, at)).toBe(to);
});

it.each([
  ['sea', 'seaborn', 'seaborn'],
  [
    'pip install pandas scikit-l',
    'scikit-learn',
    'pip install pandas scikit-learn'
  ],
  ['pandas,nu', 'numpy', 'pandas,numpy']
])('completes %s', (text, name, whole) => {
  expect(completed(text, name)).toBe(whole);
});

it('tells the time of today, and the day of what is older', () => {
  const now = new Date(2026, 5, 10, 9, 0);
  expect(when(new Date(2026, 5, 10, 8, 5), now, TRANS)).toMatch(/8:05/);
  expect(when(new Date(2026, 5, 9, 23, 59), now, TRANS)).toBe('yesterday');
  expect(when(new Date(2026, 4, 2), now, TRANS)).not.toMatch(/2026/);
  expect(when(new Date(2025, 4, 2), now, TRANS)).toMatch(/2025/);
});
