import { ConsentDialog } from '../consentDialog';

const resolved: (number | undefined)[] = [];
const focused: string[] = [];
const attributes: Record<string, string> = {};

jest.mock('@jupyterlab/apputils', () => ({
  Dialog: class {
    node = {
      querySelector: (what: string) => ({
        focus: () => focused.push(what),
        querySelector: () => ({
          setAttribute: (name: string, value: string) =>
            (attributes[name] = value),
          classList: { add: () => undefined }
        })
      })
    };
    resolve(index?: number) {
      resolved.push(index);
    }
    protected onAfterAttach() {}
    protected onBeforeDetach() {}
  }
}));

beforeEach(() => {
  resolved.length = 0;
  focused.length = 0;
  jest.useFakeTimers();
});

afterEach(() => jest.useRealTimers());

function attached(hasContent: boolean): ConsentDialog {
  const dialog = new ConsentDialog({}, hasContent);
  (dialog as unknown as { onAfterAttach: () => void }).onAfterAttach();
  return dialog;
}

it('takes a no at once', () => {
  const dialog = attached(false);
  expect(focused).toEqual(['button.jp-mod-reject']);
  dialog.resolve(0);
  dialog.resolve();
  expect(resolved).toEqual([0, undefined]);
});

it('takes a yes only after a moment', () => {
  const dialog = attached(true);
  dialog.resolve(1);
  expect(resolved).toEqual([]);
  expect(attributes['aria-disabled']).toBe('true');
  jest.advanceTimersByTime(1000);
  expect(attributes['aria-disabled']).toBe('false');
  dialog.resolve(1);
  expect(resolved).toEqual([1]);
});

it('takes no yes to nothing', () => {
  const dialog = attached(false);
  jest.advanceTimersByTime(10_000);
  dialog.resolve(1);
  expect(resolved).toEqual([]);
});

it('begins the moment anew when something else is shown', () => {
  const dialog = attached(true);
  jest.advanceTimersByTime(1000);
  dialog.allow(true);
  dialog.resolve(1);
  expect(resolved).toEqual([]);
  jest.advanceTimersByTime(1000);
  dialog.resolve(1);
  expect(resolved).toEqual([1]);
});
