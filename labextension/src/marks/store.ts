import { Signal } from '@lumino/signaling';
import type { IMark } from '../api/marks';

/**
 * The marks of one cell, and the source that they were made for.
 */
export interface ICellMarks {
  source: string;
  marks: IMark[];
  /** The packages to offer to install on the first line that lacks one; empty elsewhere. */
  offered: string[];
}

const NONE: ICellMarks = { source: '', marks: [], offered: [] };

/**
 * The marks of all cells, by the model that a cell's editors show. A cell may have no editor yet,
 * or several.
 */
export class MarksStore {
  /** Emits the model of a cell whose marks have changed. */
  readonly changed = new Signal<this, object>(this);

  of(cell: object): ICellMarks {
    return this._marks.get(cell) ?? NONE;
  }

  set(cell: object, marks: ICellMarks): void {
    if (JSON.stringify(this.of(cell)) !== JSON.stringify(marks)) {
      this._marks.set(cell, marks);
      this.changed.emit(cell);
    }
  }

  clear(cell: object): void {
    this.set(cell, NONE);
  }

  private _marks = new WeakMap<object, ICellMarks>();
}
