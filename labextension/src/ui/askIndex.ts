import { InputDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

const ADDRESS = /^https?:\/\/\S+$/;

/**
 * Ask for the address of an index; resolve to null if the person gave none.
 */
export async function askIndex(
  name: string,
  trans: TranslationBundle
): Promise<string | null> {
  const { value } = await InputDialog.getText({
    title: trans.__('Add %1 from which package index?', name),
    label: trans.__(
      'The notebook records the address, without a password. You see what would be installed first.'
    ),
    placeholder: 'https://',
    pattern: ADDRESS.source,
    required: true,
    okLabel: trans.__('Look there')
  });
  const address = value?.trim() ?? '';
  return ADDRESS.test(address) ? address : null;
}
