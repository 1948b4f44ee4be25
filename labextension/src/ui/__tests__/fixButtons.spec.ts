/**
 * @jest-environment jsdom
 */
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { nullTranslator as TRANS } from '../../__tests__/translator';
import type { IFix, IProblem } from '../../api/answers';
import { FixButtons, hasWayOut } from '../fixButtons';

jest.mock('@jupyterlab/apputils', () => ({ InputDialog: {}, Dialog: {} }));
(
  globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }
).IS_REACT_ACT_ENVIRONMENT = true;

const PROBLEM: IProblem = {
  ...{ kind: 'Requirement', what: 'No.', why: '', todo: '' }
};

function fix(kind: IFix['kind'], about: string[], words = ['a']): IFix {
  return { ...{ kind, about, words }, verb: 'install', flags: [] };
}

/** Show the buttons of a problem, and return them. */
function buttons(
  problem: IProblem,
  onFix: (fix: IFix) => void = () => undefined,
  onAgain: (() => void) | null = null
): HTMLButtonElement[] {
  const node = document.createElement('div');
  const ways = { ...{ problem, onFix, onAgain }, trans: TRANS };
  React.act(() =>
    createRoot(node).render(React.createElement(FixButtons, ways))
  );
  return [...node.querySelectorAll('button')];
}

it('offers each way out, the first as the suggested one', async () => {
  const made: IFix[] = [];
  const fixes = [
    fix('without', ['numpy<2'], ['numpy>=2']),
    fix('instead', ['./near']),
    fix('also', ['idna']),
    fix('loosen', ['b', 'c'])
  ];
  const shown = buttons({ ...PROBLEM, fixes }, each => made.push(each));
  expect(shown.map(each => each.textContent)).toEqual([
    'Leave out numpy<2',
    'Add ./near instead',
    'Add idna from its address, too',
    'Allow any version of b, c'
  ]);
  expect(shown.map(each => each.classList.contains('jp-mod-accept'))).toEqual([
    true,
    false,
    false,
    false
  ]);
  await React.act(async () => shown[0].click());
  expect(made).toEqual([fixes[0]]);
});

it('shows the end of a long path, and all of it on hovering', () => {
  const path = `./${'folder/'.repeat(20)}project`;
  const [shown] = buttons({
    ...PROBLEM,
    fixes: [fix('instead', [path], [path])]
  });
  expect(shown.textContent).toMatch(/^Add ….{32}project instead$/);
  expect(shown.title).toBe(path);
});

it('offers to try again what may work once its cause is gone', () => {
  let asked = 0;
  const again = () => void asked++;
  const passing = { ...PROBLEM, again: true };
  const [shown] = buttons(passing, undefined, again);
  React.act(() => shown.click());
  expect([shown.textContent, asked]).toEqual(['Try again', 1]);
  expect(buttons(PROBLEM, undefined, again)).toEqual([]);
  const ways = { trans: TRANS, onFix: () => undefined };
  expect(hasWayOut({ ...ways, problem: passing, onAgain: null })).toBe(false);
  expect(hasWayOut({ ...ways, problem: passing, onAgain: again })).toBe(true);
});
