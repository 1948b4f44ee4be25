import {
  StateEffect,
  StateField,
  type EditorState,
  type Extension,
  type Text
} from '@codemirror/state';
import {
  Decoration,
  EditorView,
  ViewPlugin,
  WidgetType,
  type DecorationSet
} from '@codemirror/view';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IMark } from '../api/marks';
import {
  isNeeded,
  markLabel,
  markSentence,
  offerLabel,
  offerSentence
} from './markWords';
import type { ICellMarks, MarksStore } from './store';

const IMPORTS = /(^|[\s;:])(import|from)\s/;

/**
 * What the marks of an editor need.
 */
export interface IEditorMarksOptions {
  store: MarksStore;
  /** The model of the cell that the editor shows. */
  cell: object;
  trans: TranslationBundle;
  onClick: (mark: IMark, cell: object, anchor: HTMLElement) => void;
  /** Install packages and run the cell; never rejects. */
  onInstall: (packages: string[], cell: object) => Promise<void>;
}

/** The marks of one line, which follow the text when it moves. */
interface ILineMarks {
  position: number;
  marks: IMark[];
  offered: string[];
}

interface IMarksState {
  lines: ILineMarks[];
  decorations: DecorationSet;
}

/**
 * Return the extension that shows marks at the ends of lines. Typing only moves them; what they say
 * comes from the store.
 */
export function editorMarks(options: IEditorMarksOptions): Extension {
  const { store, cell } = options;
  const arrived = StateEffect.define<ICellMarks>();
  const decorated = (lines: ILineMarks[], doc: Text): IMarksState => ({
    lines,
    decorations: decorationsOf(lines, doc, options)
  });
  const field = StateField.define<IMarksState>({
    create: (state: EditorState) =>
      decorated(linesOf(store.of(cell), state.doc), state.doc),
    update: (value, transaction) => {
      const effect = transaction.effects.find(each => each.is(arrived));
      const doc = transaction.newDoc;
      if (effect) {
        return decorated(linesOf(effect.value as ICellMarks, doc), doc);
      }
      if (!transaction.docChanged || value.lines.length === 0) {
        return value;
      }
      const { startState, changes } = transaction;
      const moved = value.lines.map(line => {
        const position = changes.mapPos(line.position, 1);
        const before = startState.doc.lineAt(line.position).text;
        const { text } = doc.lineAt(position);
        const marks = text === before ? line.marks : namedIn(text, line.marks);
        return { ...line, position, marks };
      });
      return decorated(onImports(moved, doc), doc);
    },
    provide: own => EditorView.decorations.from(own, value => value.decorations)
  });
  const listener = ViewPlugin.define(view => {
    const take = (_: MarksStore, changed: object) => {
      if (changed === cell) {
        view.dispatch({ effects: arrived.of(store.of(cell)) });
      }
    };
    store.changed.connect(take);
    measureRoom(view);
    return {
      update: ({ geometryChanged }) => {
        if (geometryChanged) {
          measureRoom(view);
        }
      },
      destroy: () => store.changed.disconnect(take)
    };
  });
  return [field, listener];
}

/** Tell the style sheet how wide the editor is: marks must leave room for their line. */
function measureRoom(view: EditorView): void {
  view.requestMeasure({
    key: measureRoom,
    read: ({ scrollDOM }) => scrollDOM.clientWidth,
    write: (width, { scrollDOM }) =>
      scrollDOM.style.setProperty('--jp-nbenv-room', `${width}px`)
  });
}

/** Place marks on the lines that they were made for; lines that have changed since get none. */
function linesOf(
  { source, marks, offered }: ICellMarks,
  doc: Text
): ILineMarks[] {
  const made = source.split('\n');
  const lines = new Map<number, ILineMarks>();
  for (const mark of marks) {
    const number = numberOf(made[mark.line], mark.line + 1, doc);
    if (number === null) {
      continue;
    }
    const line = doc.line(number);
    const known = lines.get(number);
    const isOffering = offered.length > 0 && isNeeded(mark);
    lines.set(number, {
      position: line.from + line.text.search(/\S|$/),
      marks: [...(known?.marks ?? []), mark],
      offered: isOffering ? offered : (known?.offered ?? [])
    });
  }
  return firstOffer([...lines.values()]);
}

/** Return the number of a line, also where it has moved; null when it is there no more. */
function numberOf(
  text: string | undefined,
  expected: number,
  doc: Text
): number | null {
  if (expected <= doc.lines && doc.line(expected).text === text) {
    return expected;
  }
  for (let number = 1; number <= doc.lines; number++) {
    if (doc.line(number).text === text) {
      return number;
    }
  }
  return null;
}

/** Keep the offer on the first of a cell's lines only. */
function firstOffer(lines: ILineMarks[]): ILineMarks[] {
  const first = lines.find(line => line.offered.length > 0);
  return lines.map(line => (line === first ? line : { ...line, offered: [] }));
}

/** Return the marks of modules that a changed line still names. */
function namedIn(text: string, marks: IMark[]): IMark[] {
  const words = new Set(text.split(/[^\p{L}\p{N}_]+/u));
  return marks.filter(each => words.has(each.module.split('.')[0]));
}

/** Drop the marks of lines that have gone, or import nothing any more. */
function onImports(lines: ILineMarks[], doc: Text): ILineMarks[] {
  const seen = new Set<number>();
  return lines.filter(({ position, marks }) => {
    const { number, text } = doc.lineAt(position);
    const isFirst = !seen.has(number);
    seen.add(number);
    return isFirst && marks.length > 0 && IMPORTS.test(text);
  });
}

function decorationsOf(
  lines: ILineMarks[],
  doc: Text,
  options: IEditorMarksOptions
): DecorationSet {
  const ranges = lines.map(line => {
    const widget = new MarksWidget(line, options);
    return Decoration.widget({ widget, side: 1 }).range(
      doc.lineAt(line.position).to
    );
  });
  return Decoration.set(ranges, true);
}

/**
 * The marks at the end of a line.
 */
class MarksWidget extends WidgetType {
  constructor(
    private _line: ILineMarks,
    private _options: IEditorMarksOptions
  ) {
    super();
    const { marks, offered } = _line;
    this._key = JSON.stringify([
      marks.map(each => ({ ...each, line: 0 })),
      offered
    ]);
  }

  eq(other: MarksWidget): boolean {
    return this._key === other._key;
  }

  toDOM(): HTMLElement {
    const { cell, trans, onClick, onInstall } = this._options;
    const { marks, offered } = this._line;
    const node = document.createElement('span');
    node.className = 'jp-nbenv-Marks';
    for (const mark of marks) {
      const sentence = markSentence(mark, trans);
      const kind =
        mark.optional && mark.state === 'missing' ? 'optional' : mark.state;
      const button = newButton(
        `jp-nbenv-Mark jp-mod-${kind}`,
        markLabel(mark, trans)
      );
      button.title = sentence;
      button.setAttribute('aria-label', sentence);
      button.setAttribute('aria-haspopup', 'dialog');
      button.onclick = () => onClick(mark, cell, button);
      node.append(button);
    }
    if (offered.length > 0) {
      const label = offerLabel(offered, trans);
      const button = newButton('jp-nbenv-MarkInstall', label);
      button.title = offerSentence(offered, trans);
      button.onclick = () => {
        button.disabled = true;
        show(button, trans.__('Installing…'));
        void onInstall(offered, cell).finally(() => {
          button.disabled = false;
          show(button, label);
        });
      };
      node.append(button);
    }
    return node;
  }

  /** The editor must not move its cursor for what happens in here. */
  ignoreEvent(): boolean {
    return true;
  }

  private _key: string;
}

function newButton(className: string, label: string): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = className;
  button.tabIndex = -1; // Tab indents here; a command shows the same: `ImportMarks.showActive`
  show(button, label);
  return button;
}

/**
 * Let a button show a label, which the style sheet takes from its attribute.
 *
 * A browser may copy what stands at the end of a line into what is typed over that line, and the editor
 * then takes text in it for a part of the code.
 */
function show(button: HTMLButtonElement, label: string): void {
  button.dataset.label = label;
  button.setAttribute('aria-label', label);
}
