import { isPython, otherLanguage } from '../language';

it.each(['', ' ', 'python', 'Python 3', 'ipython', 'pyspark', 'SageMath'])(
  'takes %p for Python',
  language => expect(isPython(language)).toBe(true)
);

it.each(['bash', 'R', 'julia', 'C++17', 'py-free'])(
  'takes %p for another language',
  language => expect(isPython(language)).toBe(false)
);

it.each([
  [{}, ''],
  [{ kernelspec: 'odd', language_info: { name: 3 } }, ''],
  [{ language_info: { name: 'R' } }, 'R'],
  // Lab changes the kernel before that tells its language.
  [{ kernelspec: { language: 'python' }, language_info: { name: 'bash' } }, ''],
  [
    { kernelspec: { language: 'bash' }, language_info: { name: 'python' } },
    'bash'
  ]
])('finds the language in %j', (metadata: Record<string, unknown>, language) =>
  expect(otherLanguage({ getMetadata: key => metadata[key] })).toBe(language)
);
