import type { Contents } from '@jupyterlab/services';
import { settled } from '../settledFile';

/** A file that is written, or empty, until it was looked at so often. */
function file(writes: number, empty = 0) {
  let looks = 0;
  const get = async () => {
    const size = ++looks <= empty ? 0 : 9;
    return {
      last_modified: String(Math.min(looks, writes)),
      size
    } as Contents.IModel;
  };
  return { get, looks: () => looks };
}

describe('settled', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each([
    ['that nobody writes', 1, 0, 2],
    ['that is saved twice', 2, 0, 3],
    ['that takes long to be written', 9, 0, 10],
    ['that was emptied and is not written yet', 1, 5, 6],
    ['that is written after it was emptied', 4, 3, 5],
    ['that never rests', 1000, 0, 20],
    ['that stays empty', 1, 1000, 20]
  ])('ends for a file %s', async (_, writes, empty, looks) => {
    const found = file(writes, empty);
    const end = settled(found, 'a.ipynb');
    await jest.advanceTimersByTimeAsync(10_000);
    await end;
    expect(found.looks()).toBe(looks);
  });
});
