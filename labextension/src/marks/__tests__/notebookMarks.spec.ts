import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import type { Client } from '../../api/client';
import type { IMark } from '../../api/marks';
import type { IEnvironmentModel } from '../../tokens';
import { NotebookMarks } from '../notebookMarks';
import { MarksStore } from '../store';

const MISSING = { state: 'missing', module: 'six', package: 'six', line: 0 };

class Notebook {
  readonly contentChanged = new Signal<this, void>(this);
  cells: ICellModel[];

  constructor(...sources: string[]) {
    this.cells = sources.map(
      source =>
        ({
          type: 'code',
          sharedModel: { getSource: () => source }
        }) as unknown as ICellModel
    );
  }

  write(position: number, source: string): void {
    Object.assign(this.cells[position].sharedModel, {
      getSource: () => source
    });
    this.contentChanged.emit();
  }
}

class Environment {
  readonly changed = new Signal<this, void>(this);
  path = 'a.ipynb';
  otherLanguage = '';
  status: object | null = { recorded: true, kernel: { state: 'running' } };
}

/** The marks of a notebook; each source with `six` in it is answered with one that is missing. */
function marked(notebook: Notebook, isEnabled = () => true) {
  const asked: string[][] = [];
  const environment = new Environment();
  const client = {
    answers: true,
    marks: async (_: string, cells: string[]) => {
      asked.push(cells);
      if (!client.answers) {
        throw new Error('no server');
      }
      return cells.map(each => (each.includes('six') ? [MISSING] : []));
    }
  };
  const store = new MarksStore();
  const marks = new NotebookMarks({
    client: client as unknown as Client,
    notebook: notebook as unknown as INotebookModel,
    model: environment as unknown as IEnvironmentModel,
    store,
    isEnabled
  });
  const shown = () => notebook.cells.map(each => store.of(each));
  return { marks, asked, environment, client, shown };
}

async function pause(): Promise<void> {
  await jest.advanceTimersByTimeAsync(500);
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('the marks of a notebook', () => {
  it('are asked for once typing stops, and only when imports changed', async () => {
    const notebook = new Notebook('import six', 'x = 1');
    const { marks, asked, shown } = marked(notebook);
    for (const text of ['x = 2', 'x = 3', 'x = 4']) {
      notebook.write(1, text);
    }
    await pause();
    expect(asked).toEqual([['import six', '']]);
    expect(shown().map(each => each.marks.length)).toEqual([1, 0]);
    expect(marks.missing).toEqual(['six']);
    notebook.write(1, 'x = 5');
    await pause();
    expect(asked).toHaveLength(1);
    notebook.write(1, 'import os');
    await pause();
    expect(asked[1]).toEqual(['import six', 'import os']);
  });

  it('are not asked for again when other lines of an importing cell change', async () => {
    const notebook = new Notebook('import six\nx = 1');
    const { asked } = marked(notebook);
    await pause();
    notebook.write(0, '# why\n\nimport six\nx = 2');
    await pause();
    expect(asked).toHaveLength(1);
    notebook.write(0, 'try:\n    import six\nexcept ImportError: pass');
    await pause();
    expect(asked).toHaveLength(2);
  });

  it('offer to install what is missing in the first cell that lacks something', async () => {
    const { shown } = marked(new Notebook('x', 'import six', 'import six'));
    await pause();
    expect(shown().map(each => each.offered)).toEqual([[], ['six'], []]);
  });

  it('follow the environment', async () => {
    const { asked, environment } = marked(new Notebook('import six'));
    await pause();
    environment.changed.emit();
    await pause();
    expect(asked).toHaveLength(1);
    environment.status = { ...environment.status, record: 'new' };
    environment.changed.emit();
    await pause();
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['in an ordinary kernel', { status: { kernel: { state: 'ordinary' } } }],
    ['without a status', { status: null }],
    ['without a kernel or a record', { status: { kernel: { state: 'none' } } }]
  ])('are not shown %s', async (_, more) => {
    const { asked, environment, shown } = marked(new Notebook('import six'));
    Object.assign(environment, more);
    await pause();
    expect(asked).toEqual([]);
    expect(shown()[0].marks).toEqual([]);
  });

  it('are not shown in another language, nor when they are turned off', async () => {
    let isEnabled = true;
    const own = marked(new Notebook('import six'), () => isEnabled);
    const { asked, environment } = marked(new Notebook('import six'));
    environment.otherLanguage = 'julia';
    await pause();
    expect(asked).toEqual([]);
    expect(own.shown()[0].marks).toHaveLength(1);
    isEnabled = false;
    own.marks.updateSoon();
    await pause();
    expect(own.shown()[0].marks).toEqual([]);
  });

  it('are asked for again after a failure', async () => {
    const { asked, client, environment, shown } = marked(
      new Notebook('import six')
    );
    client.answers = false;
    await pause();
    expect(shown()[0].marks).toEqual([]);
    client.answers = true;
    environment.changed.emit();
    await pause();
    expect(asked).toHaveLength(2);
    expect(shown()[0].marks as unknown).toEqual([MISSING as Partial<IMark>]);
  });

  it('end with the notebook', async () => {
    const { marks, asked } = marked(new Notebook('import six'));
    marks.dispose();
    await pause();
    expect(asked).toEqual([]);
  });
});
