import type { Contents } from '@jupyterlab/services';
import { settled } from '../settledFile';

/** A file that is written until it was looked at so often. */
function file(writes: number) {
  let looks = 0;
  const get = async () =>
    ({ last_modified: String(Math.min(++looks, writes)) }) as Contents.IModel;
  return { get, looks: () => looks };
}

describe('settled', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each([
    ['that nobody writes', 1, 2],
    ['that is saved twice', 2, 3],
    ['that takes long to be written', 9, 10],
    ['that never rests', 1000, 20]
  ])('ends for a file %s', async (_, writes, looks) => {
    const found = file(writes);
    const end = settled(found, 'a.ipynb');
    await jest.advanceTimersByTimeAsync(10_000);
    await end;
    expect(found.looks()).toBe(looks);
  });
});
