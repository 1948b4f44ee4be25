import { shaped, type Shape } from './shape';

/**
 * What one import of a cell needs.
 */
export interface IMark {
  /** The line of the cell, from 0. */
  line: number;
  module: string;
  state: 'installed' | 'locked' | 'missing' | 'unknown' | 'local';
  package: string | null;
  /** The version that is installed, or locked. */
  version: string | null;
  /** What the notebook asks for, null for what came along. */
  requirement: string | null;
  /** Whether the import may fail. */
  optional: boolean;
  /** The address of the documentation, or empty. */
  docs: string;
}

const MARK: Shape = {
  line: 'number',
  module: 'string',
  state: 'string',
  optional: 'boolean',
  docs: 'string'
};

/**
 * Check the server's answer: the marks of each cell.
 */
export function readMarks(answer: unknown): IMark[][] {
  const { cells } = shaped<{ cells: unknown[][] }>(
    answer,
    { cells: 'array' },
    'marks'
  );
  return cells.map(marks =>
    marks.map(mark => shaped<IMark>(mark, MARK, 'marks'))
  );
}
