import { Signal } from '@lumino/signaling';
import type { Contents } from '@jupyterlab/services';
import type { Context } from '../document';
import { FileFollower } from '../fileFollower';
import type { ICell } from '../mergeCells';

function cell(id: string, source: string, count: number | null = null): ICell {
  const output = { output_type: 'stream', name: 'stdout', text: `${count}` };
  return {
    ...{ id, source, cell_type: 'code', metadata: {} },
    ...{ execution_count: count, outputs: count ? [output] : [] }
  };
}

/** An open notebook, as far as what follows its file needs it. */
class Page {
  cells = [cell('a', '1'), cell('b', '2')];
  metadata: Record<string, unknown> = { nbenv: 1, title: 'x' };
  file = { cells: this.cells, metadata: this.metadata };
  hash = '1';
  readonly path = 'a.ipynb';
  readonly ready = Promise.resolve();
  readonly isDisposed = false;
  readonly saveState = new Signal<Page, string>(this);
  readonly fileChanged = new Signal<Page, void>(this);
  contentsModel = { hash: '1', last_modified: '1', path: this.path };
  _updateContentsModel = (known: Contents.IModel) => {
    this.contentsModel = known as unknown as typeof this.contentsModel;
    this.fileChanged.emit();
  };
  readonly edits = { any: false };
  /** What was changed in place. */
  readonly done: string[] = [];
  readonly model = {
    collaborative: false,
    dirty: true,
    toJSON: () => JSON.parse(JSON.stringify(this)) as unknown,
    sharedModel: this._shared()
  };

  toJSON() {
    return { cells: this.cells, metadata: this.metadata };
  }

  readonly contents = {
    get: async () => ({
      ...{ path: this.path, hash: this.hash, last_modified: this.hash },
      ...{ size: 1, content: this.file }
    })
  } as unknown as Contents.IManager;

  /** Save other cells from another page. */
  change(cells: ICell[], metadata = this.metadata): void {
    this.hash = '2';
    this.file = { cells, metadata };
  }

  private _shared() {
    const did = (text: string) => void this.done.push(text);
    const views = () =>
      this.cells.map(each => ({
        cell_type: each.cell_type,
        getId: () => each.id,
        setSource: (text: string) => did(`${each.id} is ${text}`),
        setMetadata: () => did(`${each.id} has metadata`),
        setOutputs: () => did(`${each.id} has outputs`),
        set execution_count(count: number) {
          did(`${each.id} is run ${count}`);
        }
      }));
    const insert = (at: number, each: ICell) => {
      this.cells = [...this.cells.slice(0, at), each, ...this.cells.slice(at)];
      did(`${each.id} at ${at}`);
    };
    return {
      get cells() {
        return views();
      },
      transact: (change: () => void) => change(),
      setMetadata: (key: string, value: unknown) => did(`${key} is ${value}`),
      insertCell: insert,
      deleteCell: (at: number) => {
        did(`without ${this.cells[at].id}`);
        this.cells = this.cells.filter((_, number) => number !== at);
      }
    };
  }
}

async function opened() {
  const page = new Page();
  const follower = new FileFollower(
    page as unknown as Context,
    page.contents,
    page.edits
  );
  await page.ready;
  return { page, follower };
}

it('has nothing to take over from the file that the page knows', async () => {
  const { page, follower } = await opened();
  expect(await follower.takeOver()).toBe(true);
  expect(page.done).toEqual([]);
});

it('changes in place what only the other page has changed', async () => {
  const { page, follower } = await opened();
  page.cells = [cell('a', '1'), cell('b', '22', 7)]; // typed and run here
  const { metadata } = page;
  page.change([cell('a', '1', 3), cell('b', '2')], { ...metadata, nbenv: 2 });
  expect(await follower.takeOver()).toBe(true);
  expect(page.done).toEqual(['nbenv is 2', 'a has outputs', 'a is run 3']);
  expect(page.contentsModel.hash).toBe('2'); // Lab does not ask
  expect(page.model.dirty).toBe(false);
});

it('leaves what was edited here to be saved', async () => {
  const { page, follower } = await opened();
  page.edits.any = true;
  page.change([cell('a', '1', 3), cell('b', '2')]);
  expect(await follower.takeOver()).toBe(true);
  expect(page.model.dirty).toBe(true);
});

it('adds and removes cells', async () => {
  const { page, follower } = await opened();
  page.change([cell('c', '3'), cell('b', '2')]);
  expect(await follower.takeOver()).toBe(true);
  expect(page.done).toEqual(['without a', 'c at 0']);
});

it('leaves to a person what both have changed', async () => {
  const { page, follower } = await opened();
  page.cells = [cell('a', '11'), cell('b', '2')];
  page.change([cell('a', '12'), cell('b', '2', 1)]);
  expect(await follower.takeOver()).toBe(false);
  expect([page.done, page.contentsModel.hash]).toEqual([[], '1']);
});

it('compares with what was saved here last', async () => {
  const { page, follower } = await opened();
  page.cells = [cell('a', '11'), cell('b', '2')];
  page.saveState.emit('started');
  page.saveState.emit('completed');
  page.change([cell('a', '12'), cell('b', '2')]);
  expect(await follower.takeOver()).toBe(true);
  expect(page.done).toEqual(['a is 12']);
});

it('does nothing where Lab cannot be told', async () => {
  const { page, follower } = await opened();
  Object.assign(page, { _updateContentsModel: undefined });
  page.change([cell('a', '12'), cell('b', '2')]);
  expect(await follower.takeOver()).toBe(false);
  expect(page.done).toEqual([]);
});

it('waits until a save has ended', async () => {
  const { page, follower } = await opened();
  await follower.settled();
  page.saveState.emit('started');
  let isSettled = false;
  const settled = follower.settled().then(() => (isSettled = true));
  await Promise.resolve();
  expect(isSettled).toBe(false);
  page.saveState.emit('completed');
  await settled;
});
