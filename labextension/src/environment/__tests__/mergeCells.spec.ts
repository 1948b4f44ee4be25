import { isSame, mergedCells, type ICell } from '../mergeCells';

function cell(id: string, source: string, more: Partial<ICell> = {}): ICell {
  const parts = { outputs: [], execution_count: null, metadata: {} };
  return { ...{ id, source, cell_type: 'code' }, ...parts, ...more };
}

function ran(id: string, source: string, count: number): ICell {
  const output = { output_type: 'stream', name: 'stdout', text: `${count}` };
  return cell(id, source, { outputs: [output], execution_count: count });
}

const A = cell('a', '1');
const B = cell('b', '2');
const C = cell('c', '3');

describe('mergedCells', () => {
  it.each<[string, ICell[], ICell[], ICell[] | null]>([
    ['nothing', [A, B], [A, B], [A, B]],
    ['their output', [ran('a', '1', 1), B], [A, B], [ran('a', '1', 1), B]],
    [
      'outputs of two cells',
      [ran('a', '1', 1), B],
      [A, ran('b', '2', 2)],
      [ran('a', '1', 1), ran('b', '2', 2)]
    ],
    [
      'outputs of one cell',
      [ran('a', '1', 1), B],
      [ran('a', '1', 2), B],
      [ran('a', '1', 2), B]
    ],
    [
      'their output, and a text here',
      [ran('a', '1', 1), B],
      [A, cell('b', '22')],
      [ran('a', '1', 1), cell('b', '22')]
    ],
    [
      'their output, and the text of that cell',
      [ran('a', '1', 1), B],
      [cell('a', '11'), B],
      [{ ...ran('a', '1', 1), source: '11' }, B]
    ],
    [
      'the same text',
      [cell('a', '11'), B],
      [cell('a', '11'), B],
      [cell('a', '11'), B]
    ],
    ['two texts of one cell', [cell('a', '11'), B], [cell('a', '12'), B], null],
    ['their cell', [A, B, C], [A, B], [A, B, C]],
    ['a cell here', [A, B], [A, C, B], [A, C, B]],
    [
      'a cell here, and their output',
      [ran('a', '1', 1), B],
      [A, B, C],
      [ran('a', '1', 1), B, C]
    ],
    ['one cell each', [A, B, C], [A, B, cell('d', '4')], null],
    ['their removal', [B], [A, B], [B]],
    ['their removal of what was run here', [B], [ran('a', '1', 1), B], null],
    ['a removal here of what they typed', [cell('a', '11'), B], [B], null],
    ['their order', [B, A], [A, ran('b', '2', 1)], [ran('b', '2', 1), A]]
  ])('merges %s', (_, theirs, ours, merged) => {
    expect(mergedCells([A, B], theirs, ours)).toEqual(merged);
  });

  it('leaves cells without names to a person', () => {
    const bare = { ...A, id: undefined };
    expect(mergedCells([bare], [bare], [bare])).toBeNull();
    expect(mergedCells([A, A], [A, A], [A, A])).toBeNull();
  });

  it('leaves a cell of another kind to a person', () => {
    const text = { ...A, cell_type: 'markdown' };
    expect(mergedCells([A], [text], [ran('a', '1', 1)])).toBeNull();
  });
});

it('takes lines in a list for a text, and ignores trust, which no file has', () => {
  expect(isSame(['a\n', 'b'], 'a\nb')).toBe(true);
  expect(isSame({ trusted: true, tags: ['x'] }, { tags: ['x'] })).toBe(true);
  expect(isSame([], '')).toBe(false);
  expect(isSame({ a: 1 }, { a: 2 })).toBe(false);
});
