import { visibleRows, listRows, treeRows } from '../rows';
import type { IDistribution, IPackages } from '../../api/answers';

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
    distribution('ipykernel', ['alpha']),
    distribution('zeta', ['beta'], 'zeta>=1')
  ]
};

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

describe('listRows', () => {
  it('puts requirements first', () => {
    const rows = listRows(PACKAGES, [], '');
    expect(rows.map(row => row.key)).toEqual([
      'zeta',
      'alpha',
      'beta',
      'ipykernel'
    ]);
  });

  const outdated = [{ name: 'beta', version: '1', latest_version: '2' }];

  it('puts what is outdated next', () => {
    const rows = listRows(PACKAGES, outdated, '');
    expect(rows.map(row => row.key).slice(0, 2)).toEqual(['zeta', 'beta']);
  });

  it('filters, and marks what is outdated', () => {
    const rows = listRows(PACKAGES, outdated, ' BET');
    expect(rows.map(row => [row.key, row.latest])).toEqual([['beta', '2']]);
  });
});

describe('treeRows', () => {
  it('has the requirements and the kernel at the left', () => {
    const rows = treeRows(PACKAGES, [], new Set());
    expect(rows.map(row => [row.key, row.depth, row.hasMore])).toEqual([
      ['ipykernel', 0, true],
      ['zeta', 0, true]
    ]);
  });

  it('opens on the way, and never goes in circles', () => {
    const open = new Set(['zeta', 'zeta/beta', 'zeta/beta/alpha']);
    const rows = treeRows(PACKAGES, [], open);
    expect(rows.map(row => [row.key, row.depth, row.hasMore])).toEqual([
      ['ipykernel', 0, true],
      ['zeta', 0, true],
      ['zeta/beta', 1, true],
      ['zeta/beta/alpha', 2, false]
    ]);
  });
});
