import { nullTranslator as TRANS } from '../../__tests__/translator';
import type { IDistribution } from '../../api/answers';
import {
  ChangeRequests,
  isDirect,
  isPinned,
  typedWords
} from '../changeRequests';
import { menuItems, upgradeOf } from '../packageItems';
import type { IPackageRow, Part } from '../rows';

function row(requirement: string | null, part: Part = 'yours'): IPackageRow {
  const distribution: IDistribution = {
    ...{ name: 'pandas', version: '2.2.3', requirement, size: 1, needs: [] }
  };
  return {
    ...{ kind: 'package', key: 'pandas', part, distribution, depth: 0 },
    ...{ latest: null, hasMore: false, isOpen: false }
  };
}

it.each([
  ['pandas==2.2', true],
  ['pandas===2.2', true],
  ['pandas[excel]==2.2 ; python_version>"3"', true],
  ['pandas==2.*', false],
  ['pandas>=2 ; python_version=="3.11"', false],
  ['pandas', false],
  [null, false]
])('%s is pinned: %s', (requirement, is) => {
  expect(isPinned(requirement)).toBe(is);
});

it.each([
  [['pandas>=2', 'numpy'], 'pandas>=2 numpy'],
  [['a @ ./b', 'c; os_name=="nt"'], `'a @ ./b' 'c; os_name=="nt"'`],
  [["c; os_name=='nt'"], `"c; os_name=='nt'"`]
])('writes %s as a person does', (words, text) => {
  expect(typedWords(words)).toBe(text);
});

it('knows an address', () => {
  expect(isDirect('pandas @ ./folder')).toBe(true);
  expect(isDirect('pandas[a]>=1 ; x=="@"')).toBe(false);
});

it('unpins what is pinned when it upgrades it, and keeps its extras', () => {
  const requests = new ChangeRequests(TRANS);
  expect(upgradeOf(row('pandas[excel]==2.2.3'), requests)).toMatchObject({
    verb: 'install',
    words: ['pandas[excel]'],
    flags: ['upgrade']
  });
  expect(upgradeOf(row('pandas>=2'), requests)).toMatchObject({
    ...{ verb: 'upgrade', words: ['pandas'], flags: [] }
  });
});

it('names the index that packages would come from', () => {
  const requests = new ChangeRequests(TRANS);
  expect(requests.add(['a', 'b'])).toMatchObject({ flags: [] });
  const flags = ['index=https://host.invalid/simple'];
  expect(requests.add(['a'], flags)).toMatchObject({
    ...{ verb: 'install', words: ['a'], flags },
    title: 'Add a from https://host.invalid/simple?'
  });
});

it('has the entries that fit a package', () => {
  const entries = (requirement: string | null, part?: Part) =>
    menuItems(row(requirement, part), {
      ...{ disabled: false, trans: TRANS, onRequest: jest.fn() },
      ...{ onWhy: jest.fn(), onDocs: jest.fn() }
    }).map(each => each.label);
  const look = ['Why is it here?', 'Documentation'];
  expect(entries('pandas')).toEqual([
    ...['Upgrade', 'Pin to 2.2.3', ...look, 'Remove']
  ]);
  expect(entries('pandas==2.2.3')).toEqual([
    ...['Unpin and upgrade', 'Unpin', ...look, 'Remove']
  ]);
  expect(entries('pandas @ ./x')).toEqual(['Upgrade', ...look, 'Remove']);
  expect(entries(null, 'along')).toEqual([
    ...['Upgrade', 'Add to your packages', ...look]
  ]);
  expect(entries(null, 'unrecorded')).toEqual(['Record', ...look]);
});
