import { nullTranslator } from '../../__tests__/translator';
import { status } from '../../__tests__/parts';
import type { IEnvironmentModel, State } from '../../tokens';
import {
  bytes,
  changeLine,
  plain,
  problemText,
  restartSentence,
  stateSentence,
  toolbarText
} from '../text';

const trans = nullTranslator;

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [12_345_678, '12.3 MB'],
    [113_000_000, '113 MB'],
    [2_500_000_000_000_000, '2500 TB']
  ])('of %i is %s', (size, text) => {
    expect(bytes(size)).toBe(text);
  });
});

describe('plain', () => {
  it.each([
    ['numpy==1.26.4; python_version < "3.12"', null],
    ['größe 数 é', null],
    ['a\u202egpj.exe', 'a\\u202egpj.exe'],
    ['a\u0085b\u009bc', 'a\\u0085b\\u009bc'],
    ['a\u200bb\ufeffc\u2066d', 'a\\u200bb\\ufeffc\\u2066d'],
    ['a\nb\tc\u2028d', 'a\\u000ab\\u0009c\\u2028d'],
    ['a\ud800b', 'a\\ud800b'],
    ['a\u{e0041}b', 'a\\ue0041b']
  ])('of %j', (text, shown) => {
    expect(plain(text)).toBe(shown ?? text);
  });
});

describe('changeLine', () => {
  it.each([
    [{ name: 'six', old: null, new: '1' }, 'six 1'],
    [{ name: 'six', old: '1', new: '2' }, 'six 1 → 2'],
    [{ name: 'six', old: '1', new: null }, 'six 1']
  ])('of %j is %s', (change, line) => {
    expect(changeLine(change)).toBe(line);
  });
});

describe('restartSentence', () => {
  const stale = { name: 'six', old: '1', new: '2', module: 'six' };

  it('names the module where that is called otherwise', () => {
    expect(restartSentence([stale], trans)).toBe(
      'Restart the kernel to use six 2: version 1 is already imported.'
    );
    expect(restartSentence([{ ...stale, module: 'seven' }], trans)).toBe(
      'Restart the kernel to use six (seven) 2: version 1 is already imported.'
    );
  });

  it('counts the others', () => {
    expect(restartSentence([{ ...stale, new: null }, stale], trans)).toBe(
      'Restart the kernel to stop using six: it is still imported. 1 more package needs this restart.'
    );
  });
});

describe('problemText', () => {
  it('leaves out what is empty', () => {
    const problem = { kind: '', what: 'No.', why: '', todo: 'Do.' };
    expect(problemText(problem)).toBe('No.\nDo.');
  });
});

describe('toolbarText', () => {
  const text = (state: State, recorded = true) =>
    toolbarText(
      { state, status: status({ recorded }) } as unknown as IEnvironmentModel,
      trans
    );

  it('has words only where a person should know more', () => {
    expect(text('ready')).toBe('3.11');
    expect(text('stopped')).toBe('3.11');
    expect(text('starting')).toBe('3.11');
    expect(text('approval')).toBe('needs approval');
    expect(text('changed')).toBe('out of sync');
    expect(text('none')).toBe('');
    expect(toolbarText(null, trans)).toBe('');
  });
});

it('says that the environment of a running kernel was removed', () => {
  const model = (environment: string | null) =>
    ({
      ...{ state: 'changed', stale: [] },
      status: { ...status({}), environment }
    }) as unknown as IEnvironmentModel;
  expect(stateSentence(model(null), trans)).toContain('was removed');
  expect(stateSentence(model('/envs/a'), trans)).toContain('is not what');
});
