import type { CodeCell } from '@jupyterlab/cells';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import { placeBelow } from '../placeBelow';

jest.mock('@lumino/widgets', () => ({ Widget: { attach: () => undefined } }));

function output(textContent: string) {
  const classes = new Set<string>();
  const addClass = (name: string) => classes.add(name);
  const removeClass = (name: string) => classes.delete(name);
  return { node: { textContent }, addClass, removeClass, classes };
}

it('takes the place of the hint that the kernel prints, while it is there', () => {
  const traceback = output('ModuleNotFoundError');
  const hint = output('nbenv: x is missing in this kernel.');
  const model = { changed: new Signal<object, void>({}) };
  const outputArea = { node: null, widgets: [traceback, hint], model };
  const disposed = new Signal<object, void>({});
  const cell = { outputArea, disposed } as unknown as CodeCell;
  const ended = new Signal<object, void>({});
  const dispose = () => ended.emit();
  placeBelow({ disposed: ended, dispose } as unknown as Widget, cell);
  expect([...hint.classes]).toEqual(['jp-nbenv-mod-told']);
  expect(traceback.classes.size).toBe(0);
  model.changed.emit();
  expect(hint.classes.size).toBe(0);
});
