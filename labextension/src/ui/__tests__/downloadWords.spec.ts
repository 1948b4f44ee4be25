import { readDownload } from '../../api/download';
import { nullTranslator } from '../../__tests__/translator';
import { downloadWords } from '../downloadWords';

it.each([
  [{ count: 0 }, 'nothing to download'],
  [{ count: 2, size: 38_200_000, is_certain: true }, 'download of 38.2 MB'],
  [{ count: 2, size: 38_200_000 }, 'download of 38.2 MB at most'],
  [
    { count: 3, size: 1_500, unknown: 1, is_certain: true },
    'download of 1.5 kB, plus 1 package of unknown size'
  ],
  [{ count: 3, unknown: 3 }, 'download of unknown size']
])('says of %j: %s', (download, words) => {
  const read = readDownload({ download });
  expect(read && downloadWords(read, nullTranslator)).toBe(words);
});

it.each([null, {}, { download: 12_000 }, { download: { size: 3 } }])(
  'says nothing where nothing is known: %j',
  data => {
    expect(readDownload(data)).toBeNull();
  }
);
