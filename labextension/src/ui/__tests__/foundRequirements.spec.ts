import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { IFoundRequirements } from '../../api/answers';
import { FoundRequirements } from '../foundRequirements';

const trans = {
  __: (text: string, ...words: string[]) =>
    words.reduce((done, word, at) => done.replace(`%${at + 1}`, word), text)
} as unknown as TranslationBundle;

function rendered(found: IFoundRequirements): string {
  return renderToStaticMarkup(
    React.createElement(FoundRequirements, { found, trans })
  );
}

it('names the module where the package does not', () => {
  const found = {
    found: [
      { requirement: 'toolz==0.12.0', module: 'toolz' },
      { requirement: 'scikit-learn>=1', module: 'sklearn' }
    ],
    unknown: []
  };
  const shown = rendered(found);
  expect(shown).toContain('>toolz==0.12.0<');
  expect(shown).toContain('>scikit-learn&gt;=1 (sklearn)<');
});

it('shows apart what was found by its name alone', () => {
  const byName = {
    name: 'mplscience',
    modules: ['mplscience'],
    version: '0.0.7',
    summary: 'A style',
    first_day: '2021-04-19'
  };
  const found = {
    found: [{ requirement: 'mplscience', module: 'mplscience' }],
    unknown: [],
    by_name: [byName]
  };
  const shown = rendered(found);
  expect(shown).toContain('nbenv does not know these packages');
  expect(shown).toContain(
    'mplscience 0.0.7 (mplscience); A style; first released on 2021-04-19'
  );
  const known = { ...found, by_name: [] };
  expect(rendered(known)).not.toContain('nbenv does not know');
});
