import { missingModule, readStale } from '../kernelReplies';

describe('missingModule', () => {
  it.each([
    ['ModuleNotFoundError', "No module named 'sklearn'", 'sklearn'],
    [
      'ModuleNotFoundError',
      "No module named 'google.cloud.storage'",
      'google.cloud.storage'
    ],
    ['ModuleNotFoundError', 'something else', null],
    ['ImportError', "No module named 'sklearn'", null]
  ])('of %s: %s is %s', (errorName, errorValue, module) => {
    expect(missingModule({ errorName, errorValue })).toBe(module);
  });

  it('of nothing is nothing', () => {
    expect(missingModule(null)).toBeNull();
  });
});

describe('readStale', () => {
  const stale = { name: 'six', old: '1', new: '2', module: 'six' };

  it.each([
    [[]],
    [[stale]],
    [[stale, { ...stale, new: null }, { ...stale, old: null }]]
  ])('takes %j', list => {
    expect(readStale(list)).toEqual(list);
  });

  it.each([
    [undefined],
    [null],
    ['six'],
    [{}],
    [[null]],
    [['six']],
    [[stale, { name: 'six', old: '1', new: '2' }]],
    [[{ ...stale, new: undefined }]],
    [[{ ...stale, old: 1 }]]
  ])('refuses %j', value => {
    expect(readStale(value)).toBeNull();
  });
});
