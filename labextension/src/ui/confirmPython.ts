import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * Ask whether to move the notebook to another Python; resolve to whether the person agreed.
 */
export async function confirmPython(
  python: string,
  trans: TranslationBundle
): Promise<boolean> {
  const { button } = await showDialog({
    title: trans.__('Switch to Python %1?', python),
    body: trans.__(
      'Your packages are installed again for Python %1, in the same versions where possible. The kernel then needs a restart. You can undo this.',
      python
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Switch') })
    ]
  });
  return button.accept;
}
