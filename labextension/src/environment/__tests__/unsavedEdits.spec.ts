import { Signal } from '@lumino/signaling';
import type { Context } from '../document';
import { UnsavedEdits } from '../unsavedEdits';

/** The signals of Lab's notebook model, in the order in which it emits them. */
class Model {
  dirty = false;
  readonly metadataChanged = new Signal<Model, { key: string }>(this);
  readonly contentChanged = new Signal<Model, void>(this);
  readonly stateChanged = new Signal<Model, { name: string }>(this);

  write(key: string): void {
    this.metadataChanged.emit({ key });
    this.contentChanged.emit();
    this.mark(true);
  }

  type(): void {
    this.contentChanged.emit();
    this.mark(true);
  }

  mark(isDirty: boolean): void {
    this.dirty = isDirty;
    this.stateChanged.emit({ name: 'dirty' });
  }
}

async function parts() {
  const model = new Model();
  const context = { ready: Promise.resolve(), isDisposed: false, model };
  const edits = new UnsavedEdits(context as unknown as Context);
  await context.ready;
  return { model, edits };
}

describe('UnsavedEdits', () => {
  it('does not count what every page writes by itself', async () => {
    const { model, edits } = await parts();
    ['kernelspec', 'language_info', 'nbenv'].forEach(key => model.write(key));
    expect([model.dirty, edits.any]).toEqual([true, false]);
  });

  it('counts all else, until it is saved', async () => {
    const { model, edits } = await parts();
    for (const edit of [() => model.type(), () => model.write('title')]) {
      model.write('kernelspec');
      edit();
      model.write('nbenv');
      expect(edits.any).toBe(true);
      model.mark(false);
      expect(edits.any).toBe(false);
    }
  });
});
