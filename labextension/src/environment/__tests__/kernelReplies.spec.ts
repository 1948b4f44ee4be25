import { missingModule, pythonText, readStale } from '../kernelReplies';

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

describe('pythonText', () => {
  it('is plain ASCII, with every character kept', () => {
    expect(pythonText('a"b\\c\né 🐍')).toBe(
      '"a\\"b\\\\c\\n\\u00e9 \\ud83d\\udc0d"'
    );
  });
});

describe('readStale', () => {
  const reply = (text: string) => ({
    user_expressions: { nbenv: { data: { 'text/plain': text } } }
  });

  it('reads JSON as Python shows it', () => {
    const stale = [{ name: 'six', old: '1', new: '2', module: 'six' }];
    expect(readStale(reply(`'${JSON.stringify(stale)}'`))).toEqual(stale);
  });

  it.each([{}, reply("'{'"), reply('None'), { user_expressions: {} }])(
    'of %j is nothing',
    content => {
      expect(readStale(content)).toEqual([]);
    }
  );
});
