import { readVersion } from '../client';

describe('readVersion', () => {
  it('reads the version of an answer', () => {
    expect(readVersion({ version: '1.2.3' })).toBe('1.2.3');
  });

  it.each([null, 'text', {}, { version: 3 }])('refuses %j', answer => {
    expect(() => readVersion(answer)).toThrow('no version');
  });
});
