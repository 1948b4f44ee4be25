import { Notification } from '@jupyterlab/apputils';
import { nullTranslator as TRANS } from '../../__tests__/translator';
import { notify, shortened } from '../notify';

jest.mock('@jupyterlab/apputils', () => ({
  Notification: { emit: jest.fn() }
}));

const LONG = `${'word '.repeat(40)}end`;

it('shows what Lab would cut off behind a button', () => {
  const emit = Notification.emit as jest.Mock;
  notify('info', 'short', TRANS);
  notify('warning', LONG, TRANS);
  notify('warning', 'short', TRANS, ['a: why']);
  const buttons = emit.mock.calls.map(([, , options]) =>
    options.actions.map((each: { label: string }) => each.label)
  );
  expect(buttons).toEqual([[], ['Show all'], ['Show all']]);
  expect(emit.mock.calls[1][0].length).toBeLessThanOrEqual(140);
});

it.each([
  ['short', 'short'],
  [LONG, `${'word '.repeat(27).trim()}…`],
  ['x'.repeat(200), `${'x'.repeat(70)}…`]
])('shortens %s at a word', (text, shown) => {
  expect(shortened(text)).toBe(shown);
});
