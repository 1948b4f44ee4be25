import type { IShared, ShareScope } from '../scripts';
import { baseVersion, follow, usedVersion, withdraw } from '../shareScope';

function shared(from: string, loaded = false): IShared {
  return { get: () => () => null, from, ...(loaded ? { loaded } : {}) };
}

describe('a scope of shared modules', () => {
  it('knows the version that is used, else the newest', () => {
    const scope: ShareScope = {
      a: { '9.0.0': shared('x'), '10.0.0': shared('y') },
      b: { '1.0.0': shared('x', true), '2.0.0': shared('y') },
      '@jupyter-widgets/base': { '6.0.11': shared('manager', true) }
    };
    expect(usedVersion(scope, 'a')).toBe('10.0.0');
    expect(usedVersion(scope, 'b')).toBe('1.0.0');
    expect(usedVersion(scope, 'c')).toBe('');
    expect(baseVersion(scope)).toBe(6);
    expect(baseVersion({})).toBe(0);
  });

  it('has the page’s modules, and the same ones of widgets', () => {
    const page: ShareScope = {
      lab: { '1.0.0': shared('core') },
      '@jupyter-widgets/base': { '6.0.11': shared('manager') }
    };
    const scope: ShareScope = { own: { '1.0.0': shared('bqplot') } };
    follow(page, scope);
    scope.lab['2.0.0'] = shared('bqplot');
    expect(Object.keys(scope).sort()).toEqual([
      '@jupyter-widgets/base',
      'lab',
      'own'
    ]);
    expect(Object.keys(page.lab)).toEqual(['1.0.0']);
    expect(scope['@jupyter-widgets/base']).toBe(page['@jupyter-widgets/base']);
    expect(scope.lab['1.0.0']).toBe(page.lab['1.0.0']);
  });

  it('loses what another version of a container brought', () => {
    const base = { '6.0.11': shared('bqplot') };
    const scope: ShareScope = {
      bqscales: { '0.3.0': shared('bqplot'), '0.4.0': shared('bqscales') },
      d3: { '7.0.0': shared('bqplot') },
      '@jupyter-widgets/base': base
    };
    withdraw(scope, 'bqplot');
    expect(Object.keys(scope.bqscales)).toEqual(['0.4.0']);
    expect(Object.keys(scope.d3)).toEqual([]);
    expect(scope['@jupyter-widgets/base']).toBe(base);
  });
});
