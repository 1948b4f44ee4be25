import { nullTranslator } from '../../__tests__/translator';
import { duration } from '../downloadBar';
import { jobWords } from '../jobWords';

describe('the words for a job', () => {
  it.each([
    ['install', ['a', 'b'], 'Installing a, b'],
    [
      'install',
      ['--upgrade', 'a', 'b', 'c', 'd', 'e'],
      'Installing a, b, c + 2'
    ],
    ['uninstall', ['a'], 'Removing a'],
    ['upgrade', [], 'Upgrading all packages'],
    ['undo', [], 'Undoing the last change'],
    ['python', ['3.12'], 'Switching to Python 3.12'],
    ['build', [], 'Preparing the environment'],
    ['restore', [], 'Restoring the environment'],
    ['redo', [], 'Redoing a change'],
    ['adopt', [], 'Installing what the notebook needs'],
    ['sync', [], 'Updating the environment']
  ])('%s %s', (verb, words, text) => {
    const job = { id: '', verb, words, done: false };
    expect(jobWords(job, nullTranslator)).toBe(text);
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min 0 s'],
    [135, '2 min 15 s']
  ])('of %i', (seconds, text) => {
    expect(duration(seconds, nullTranslator)).toBe(text);
  });
});
