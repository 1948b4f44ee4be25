import { FormError } from '../errors';
import { exportFileName, readVersion } from '../exports';

const SCRIPT = { format: 'script', label: 'a script', file: '{stem}.py' };
const VERSION = { version: '1.0', formats: ['script'] };

describe('readVersion', () => {
  it('has the formats that the server describes', () => {
    expect(readVersion({ ...VERSION, exports: [SCRIPT] })).toEqual({
      version: '1.0',
      exports: [SCRIPT]
    });
  });

  it('has plain formats from a server that describes none', () => {
    expect(readVersion(VERSION).exports).toEqual([
      { format: 'script', label: 'script', file: 'script.txt' }
    ]);
  });

  it.each([
    { version: '1.0' },
    { ...VERSION, formats: 'script' },
    { ...VERSION, exports: {} },
    { ...VERSION, exports: [null] },
    { ...VERSION, exports: [{ ...SCRIPT, file: undefined }] },
    { ...VERSION, exports: [SCRIPT, { ...SCRIPT, label: 3 }] }
  ])('refuses %j', answer => {
    expect(() => readVersion(answer)).toThrow(FormError);
  });
});

describe('exportFileName', () => {
  it.each([
    ['{stem}.py', 'folder/My work.ipynb', 'My work.py'],
    ['{stem}.juv.ipynb', 'work.ipynb', 'work.juv.ipynb'],
    ['environment.yml', 'folder/work.ipynb', 'environment.yml'],
    ['{stem}.py', "cash $& $' $$.ipynb", "cash $& $' $$.py"]
  ])('of %s for %s is %s', (file, notebook, name) => {
    expect(exportFileName({ ...SCRIPT, file }, notebook)).toBe(name);
  });
});
