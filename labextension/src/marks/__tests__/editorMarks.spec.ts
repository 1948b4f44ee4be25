/**
 * @jest-environment jsdom
 */
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { nullTranslator } from '../../__tests__/translator';
import type { IMark } from '../../api/marks';
import { editorMarks } from '../editorMarks';
import { MarksStore } from '../store';

function mark(line: number, more: Partial<IMark> = {}): IMark {
  return {
    line,
    module: 'numpy',
    state: 'installed',
    package: 'numpy',
    version: '2.1',
    requirement: null,
    optional: false,
    docs: '',
    ...more
  };
}

const MISSING: Partial<IMark> = {
  module: 'cv2',
  package: 'opencv-python',
  state: 'missing',
  version: null
};

/** An editor with marks, and what happens on clicks. */
class Editor {
  readonly store = new MarksStore();
  readonly cell = {};
  readonly installed: string[][] = [];
  readonly clicked: IMark[] = [];
  readonly view: EditorView;
  finish: () => void = () => undefined;

  constructor(
    readonly source: string,
    marks: IMark[] = [],
    offered: string[] = []
  ) {
    this.store.set(this.cell, { source, marks, offered });
    const extensions = editorMarks({
      store: this.store,
      cell: this.cell,
      trans: nullTranslator,
      onClick: each => this.clicked.push(each),
      onInstall: names => {
        this.installed.push(names);
        return new Promise(resolve => (this.finish = resolve));
      }
    });
    const state = EditorState.create({ doc: source, extensions });
    this.view = new EditorView({ state, parent: document.body });
  }

  /** The text of each line, with the marks at its end. */
  get shown(): string[] {
    const lines = [...this.view.dom.querySelectorAll('.cm-line')];
    return lines.map(line =>
      [
        line.textContent,
        ...[...line.querySelectorAll('button')].map(labelOf)
      ].join('')
    );
  }

  button(label: string): HTMLButtonElement {
    const all = [...this.view.dom.querySelectorAll('button')];
    const found = all.find(each => labelOf(each) === label);
    if (!found) {
      throw new Error(`no ${label} in ${this.shown.join('|')}`);
    }
    return found;
  }

  type(from: number, insert: string, to = from): void {
    this.view.dispatch({ changes: { from, to, insert } });
  }
}

function labelOf(button: HTMLButtonElement): string | undefined {
  return button.dataset.label;
}

describe('marks in an editor', () => {
  it('are no text, which a browser could put into the code', () => {
    const marks = [mark(0), mark(0, MISSING)];
    const editor = new Editor('import numpy, cv2', marks, ['opencv-python']);
    expect(editor.view.dom.querySelectorAll('button')).toHaveLength(3);
    expect(editor.view.contentDOM.textContent).toBe('import numpy, cv2');
  });

  it('stand at the ends of their lines', () => {
    const editor = new Editor('x = 1\nimport numpy, cv2', [
      mark(1),
      mark(1, MISSING)
    ]);
    expect(editor.shown).toEqual([
      'x = 1',
      'import numpy, cv2✓ 2.1↓ will install opencv-python'
    ]);
    expect(editor.button('✓ 2.1').getAttribute('aria-label')).toBe(
      'numpy 2.1 is installed.'
    );
  });

  it('come later, too, and only for the cell that is shown', () => {
    const editor = new Editor('import numpy');
    const shown = { source: editor.source, marks: [mark(0)], offered: [] };
    editor.store.set({}, shown);
    expect(editor.shown).toEqual(['import numpy']);
    editor.store.set(editor.cell, shown);
    expect(editor.shown).toEqual(['import numpy✓ 2.1']);
    editor.store.clear(editor.cell);
    expect(editor.shown).toEqual(['import numpy']);
  });

  it.each([
    ['a new line before', 0, '\n', ['', 'import numpy✓ 2.1']],
    ['a new line behind', 12, '\n', ['import numpy✓ 2.1', '']],
    ['a comment', 12, '  # why', ['import numpy  # why✓ 2.1']],
    ['an indent', 0, '    ', ['    import numpy✓ 2.1']]
  ])('follow %s', (_, at, text, shown) => {
    const editor = new Editor('import numpy', [mark(0)]);
    editor.type(at, text);
    expect(editor.shown).toEqual(shown);
  });

  it('go with what they are about', () => {
    const editor = new Editor('import numpy\nx = 1', [mark(0)]);
    editor.type(0, 'y = 2', 12);
    expect(editor.shown).toEqual(['y = 2', 'x = 1']);
  });

  it('do not stay at another import', () => {
    const editor = new Editor('import numpy, cv2', [mark(0), mark(0, MISSING)]);
    editor.type(7, 'pandas as', 13);
    expect(editor.shown).toEqual([
      'import pandas as cv2↓ will install opencv-python'
    ]);
    editor.type(0, 'import seaborn', editor.view.state.doc.length);
    expect(editor.shown).toEqual(['import seaborn']);
  });

  it('are not put where the text has changed since they were asked for', () => {
    const editor = new Editor('import numpy\nimport cv2');
    editor.type(12, 's');
    const marks = [mark(0), mark(1, MISSING), mark(7)];
    editor.store.set(editor.cell, {
      source: 'import numpy\nimport cv2',
      marks,
      offered: []
    });
    expect(editor.shown).toEqual([
      'import numpys',
      'import cv2↓ will install opencv-python'
    ]);
  });

  it('find lines that have moved since', () => {
    const editor = new Editor('x = 1\n\nimport numpy');
    const source = 'x = 1\nimport numpy';
    editor.store.set(editor.cell, { source, marks: [mark(1)], offered: [] });
    expect(editor.shown).toEqual(['x = 1', '', 'import numpy✓ 2.1']);
  });

  it('are no part of the text, and leave its undo alone', () => {
    const editor = new Editor('import numpy', [mark(0)]);
    expect(editor.view.state.doc.toString()).toBe('import numpy');
    editor.type(12, ' as np');
    expect(editor.view.state.doc.toString()).toBe('import numpy as np');
  });

  it('offer once to install all, and say that it is being done', async () => {
    const names = ['opencv-python', 'six'];
    const missing = [mark(0, MISSING), mark(1, { ...MISSING, module: 'six' })];
    const editor = new Editor('import cv2\nimport six', missing, names);
    const button = editor.button('Install all 2 and run');
    expect(
      editor.view.dom.querySelectorAll('.jp-nbenv-MarkInstall')
    ).toHaveLength(1);
    button.click();
    expect(editor.installed).toEqual([names]);
    expect([button.disabled, labelOf(button)]).toEqual([true, 'Installing…']);
    editor.finish();
    await new Promise(resolve => setTimeout(resolve));
    expect([button.disabled, labelOf(button)]).toEqual([
      false,
      'Install all 2 and run'
    ]);
  });

  it('tell what was clicked, and hide nothing in a name', () => {
    const hostile = mark(0, {
      state: 'unknown',
      package: null,
      module: 'a\u202eb'
    });
    const editor = new Editor('import a', [hostile]);
    editor.button('? unknown').click();
    expect(editor.clicked).toEqual([hostile]);
    expect(editor.button('? unknown').title).toBe(
      'No known package has the module a\\u202eb.'
    );
  });
});
