import type { INotebookModel } from '@jupyterlab/notebook';

/** Names without "python" in them, of Python itself or of what runs on it, as the server has them. */
const OF_PYTHON = [
  'py',
  'pyspark',
  'sage',
  'sagemath',
  'pypy',
  'pyodide',
  'pyolite',
  'graalpy'
];

/**
 * Tell whether a language, as a tool writes it, is Python; an empty one is, as most notebooks are.
 */
export function isPython(language: string): boolean {
  const letters = language.toLowerCase().replace(/[^\p{L}]/gu, '');
  return (
    !language.trim() ||
    letters.includes('python') ||
    OF_PYTHON.includes(letters)
  );
}

/**
 * Return the language of a notebook that is not in Python, and so cannot have an environment; else
 * nothing. Where the language stands is looked up in the server's order (`nbenv/core/language.py`).
 */
export function otherLanguage(
  notebook: Pick<INotebookModel, 'getMetadata'>
): string {
  const fields = [
    ['kernelspec', 'language'],
    ['language_info', 'name']
  ];
  const languages = fields.map(([section, name]) => {
    const found = notebook.getMetadata(section) as
      Record<string, unknown> | undefined;
    const language = found?.[name];
    return typeof language === 'string' ? language.trim() : '';
  });
  const language = languages.find(Boolean) ?? '';
  return isPython(language) ? '' : language;
}
