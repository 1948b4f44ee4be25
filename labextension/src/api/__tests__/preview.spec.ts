import { FormError } from '../errors';
import { readPreview } from '../preview';

const DIGEST = 'd'.repeat(32);

it.each([null, {}, { digest: 7 }, { count: 3, source: [] }])(
  'is nothing to agree to without a digest: %j',
  data => {
    expect(() => readPreview(data)).toThrow(FormError);
  }
);

it('takes what the server leaves out as unknown, not as none', () => {
  const found = readPreview({ digest: DIGEST });
  expect(found).toMatchObject({
    approved: false,
    count: 0,
    download: null,
    indexes: null,
    source: null,
    lookedUp: false,
    cached: false,
    cacheKnown: false,
    unlocked: [],
    conditional: []
  });
});

it('keeps null for what would be built as unknown', () => {
  expect(readPreview({ digest: DIGEST, source: null }).source).toBeNull();
  expect(readPreview({ digest: DIGEST, source: [] }).source).toEqual([]);
});

it('knows which index replaces the default one, if exactly that is said', () => {
  const indexes = [
    { name: 'corp', url: 'https://corp.example', default: true },
    { name: 'more', url: 'https://more.example', default: 'no' }
  ];
  expect(readPreview({ digest: DIGEST, indexes }).indexes).toEqual([
    indexes[0],
    { name: 'more', url: 'https://more.example' }
  ]);
});

it('counts packages and takes their URLs where the server does not', () => {
  const distributions = [
    { name: 'six', version: '1.0', url: null, size: 9, source: false },
    { name: 'odd', version: null, url: 'git+https://x/odd' }
  ];
  const found = readPreview({ digest: DIGEST, distributions });
  expect(found.count).toBe(2);
  expect(found.direct).toEqual(['git+https://x/odd']);
  expect(found.distributions[1]).toEqual({
    name: 'odd',
    version: null,
    url: 'git+https://x/odd',
    size: null,
    source: null,
    cached: false
  });
});

it('tells what is on the server’s machine from what comes from elsewhere', () => {
  const found = readPreview({
    digest: DIGEST,
    direct: [
      'a @ https://x/a.whl',
      'b @ file:///home/x/b',
      'c @ FILE:///c.whl',
      '-e ./d',
      'file:///f'
    ],
    editable: ['./e', '-e ./d'],
    local: ['file:///f']
  });
  expect(found.direct).toEqual(['a @ https://x/a.whl']);
  expect(found.local).toEqual([
    'b @ file:///home/x/b',
    'c @ FILE:///c.whl',
    '-e ./d',
    'file:///f',
    './e'
  ]);
});
