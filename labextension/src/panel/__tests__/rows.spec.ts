import type { IDistribution, IOutdated, IPackages } from '../../api/answers';
import {
  FIRST_OPEN,
  partsOf,
  rowsOf,
  visibleRows,
  waysTo,
  type IView
} from '../rows';

function distribution(
  name: string,
  needs: string[] = [],
  requirement: string | null = null
): IDistribution {
  return { name, version: '1', requirement, size: 1, needs };
}

const PACKAGES: IPackages = {
  python: '3.11.7',
  size: 4,
  kernel: 'ipykernel',
  distributions: [
    distribution('alpha', ['beta']),
    distribution('beta', ['alpha', 'gone']),
    distribution('ipykernel', ['alpha', 'tornado']),
    distribution('stray'),
    distribution('tornado'),
    distribution('zeta', ['beta'], 'zeta>=1')
  ]
};

function keys(view: Partial<IView>, outdated: IOutdated[] = []): string[] {
  return rowsOf(PACKAGES, outdated, {
    isTree: false,
    filter: '',
    open: FIRST_OPEN,
    unrecorded: new Set(),
    ...view
  }).map(row => row.key);
}

describe('visibleRows', () => {
  it('shows what is in sight and some around it', () => {
    expect(visibleRows(2600, 260, 26, 1000)).toEqual({ first: 92, end: 118 });
    expect(visibleRows(0, 260, 26, 1000)).toEqual({ first: 0, end: 18 });
    expect(visibleRows(25_800, 260, 26, 1000)).toEqual({
      first: 984,
      end: 1000
    });
  });

  it('copes with a list that became shorter', () => {
    expect(visibleRows(26_000, 260, 26, 3)).toEqual({ first: 3, end: 3 });
  });
});

describe('the parts', () => {
  it('count what a requirement needs as come along, even if the kernel needs it too', () => {
    expect([...partsOf(PACKAGES, new Set(['stray']))]).toEqual([
      ['alpha', 'along'],
      ['beta', 'along'],
      ['ipykernel', 'kernel'],
      ['stray', 'unrecorded'],
      ['tornado', 'kernel'],
      ['zeta', 'yours']
    ]);
  });
});

describe('the list', () => {
  it('has the kernel closed at first', () => {
    expect(keys({})).toEqual([
      ...['part:yours', 'zeta'],
      ...['part:along', 'alpha', 'beta', 'stray'],
      'part:kernel'
    ]);
  });

  it('puts what is outdated first in its part', () => {
    const outdated = [{ name: 'beta', version: '1', latest_version: '2' }];
    expect(keys({}, outdated).slice(2, 5)).toEqual([
      ...['part:along', 'beta', 'alpha']
    ]);
  });

  it('filters in all parts, and leaves out those without a match', () => {
    expect(keys({ filter: ' TOR', open: new Set() })).toEqual([
      ...['part:kernel', 'tornado']
    ]);
    expect(keys({ filter: 'nothing' })).toEqual([]);
  });
});

describe('the tree', () => {
  it('has requirements and the kernel at the left, and no part of what came along', () => {
    const open = new Set([...FIRST_OPEN, 'part:kernel']);
    expect(keys({ isTree: true, open })).toEqual([
      ...['part:yours', 'zeta'],
      ...['part:kernel', 'ipykernel']
    ]);
  });

  it('opens on the way, and never goes in circles', () => {
    const names = ['zeta', 'zeta/beta', 'zeta/beta/alpha'];
    const open = new Set(['part:yours', ...names]);
    expect(keys({ isTree: true, open })).toEqual([
      ...['part:yours', ...names],
      'part:kernel'
    ]);
  });

  it('shows the ways to what the filter finds', () => {
    expect(keys({ isTree: true, filter: 'alp', open: new Set() })).toEqual([
      ...['part:yours', 'zeta', 'zeta/beta', 'zeta/beta/alpha'],
      ...['part:kernel', 'ipykernel', 'ipykernel/alpha'],
      'ipykernel/alpha/beta'
    ]);
  });
});

describe('why a package is here', () => {
  it('names the shortest way from each requirement', () => {
    expect(waysTo('alpha', PACKAGES)).toEqual([
      ['ipykernel', 'alpha'],
      ['zeta', 'beta', 'alpha']
    ]);
    expect(waysTo('stray', PACKAGES)).toEqual([]);
  });
});
