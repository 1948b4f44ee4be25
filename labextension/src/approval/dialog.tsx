import { Dialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPreview } from '../api/preview';
import type { Client } from '../api/client';
import { asProblem } from '../api/errors';
import type { IApprovalQuestion } from '../tokens';
import { ConsentDialog } from '../ui/consentDialog';
import { DialogBody } from '../ui/dialogBody';
import { useAsync } from '../ui/useAsync';
import { Facts } from './facts';
import { FullList } from './fullList';

/**
 * What the dialog needs.
 */
export interface IApprovalProps {
  client: Client;
  path: string;
  question: IApprovalQuestion;
  trans: TranslationBundle;
}

interface IBodyProps extends IApprovalProps {
  /** Called with the digest of what is shown, null while that is nothing. */
  onShown: (digest: string | null) => void;
}

/**
 * The dialog's body. Everything in it comes from one preview, whose digest is what an agreement is
 * to.
 */
class ApprovalBody extends DialogBody {
  constructor(private _props: IBodyProps) {
    super(_props.trans.__('What would be restored'), 'jp-nbenv-Approval');
  }

  render(): JSX.Element {
    return <Body {...this._props} focus={() => this.node.focus()} />;
  }
}

function Body(props: IBodyProps & { focus: () => void }): JSX.Element {
  const { client, path, question, trans, focus, onShown } = props;
  const [wantsSizes, setWantsSizes] = React.useState(false);
  const first = useAsync(() => client.preview(path), [client, path]);
  const sizes = useAsync(wantsSizes ? () => client.preview(path, true) : null, [
    client,
    path,
    wantsSizes
  ]);
  const found = sizes.value ?? first.value;
  const digest = found?.digest ?? null;
  React.useEffect(() => onShown(digest), [digest]);
  const check = () => {
    focus(); // the button disappears, and Escape must still reach the dialog
    setWantsSizes(true);
  };
  const error = first.error ?? sizes.error;
  const problem = error ? asProblem(error).what : found?.problem;
  const isChanged =
    question.isChanged ||
    (sizes.value !== null && sizes.value.digest !== first.value?.digest);
  return (
    <div>
      {isChanged && (
        <p className="jp-nbenv-Approval-problem" role="alert">
          {trans.__(
            'The notebook has changed since it was last shown to you. This is what it records now:'
          )}
        </p>
      )}
      <p>{introduction(found, path, trans)}</p>
      {found && (
        <Facts
          found={found}
          isAsking={sizes.isPending}
          onCheck={check}
          trans={trans}
        />
      )}
      {problem && <p className="jp-nbenv-Approval-problem">{problem}</p>}
      {found && <FullList preview={found} trans={trans} />}
      <p className="jp-nbenv-Approval-note">{note(question.verb, trans)}</p>
    </div>
  );
}

function introduction(
  found: IPreview | null,
  path: string,
  trans: TranslationBundle
): string {
  const name = PathExt.basename(path);
  if (!found) {
    return trans.__('Reading what %1 records…', name);
  }
  return found.approved
    ? trans.__('%1 needs these packages:', name)
    : trans.__(
        '%1 brings its own environment, which was never approved on this machine:',
        name
      );
}

/** Say what either choice means. */
function note(verb: string, trans: TranslationBundle): string {
  return verb === 'restore'
    ? trans.__(
        'Packages are installed for this notebook alone. If you open it without them, nothing is downloaded or run.'
      )
    : trans.__(
        'Packages are installed for this notebook alone. If you cancel, nothing is downloaded, run or changed.'
      );
}

function agreeLabel(verb: string, trans: TranslationBundle): string {
  return verb === 'restore'
    ? trans.__('Restore')
    : trans.__('Approve and continue');
}

function declineLabel(verb: string, trans: TranslationBundle): string {
  return verb === 'restore'
    ? trans.__('Open without restoring')
    : trans.__('Cancel');
}

/**
 * Show what a notebook records and ask whether to install it; resolve to the digest of what was
 * shown, or null. Escape and closing the dialog mean no.
 */
export async function askApproval(
  props: IApprovalProps
): Promise<string | null> {
  const { trans, question } = props;
  const { verb } = question;
  let shown: string | null = null;
  const onShown = (digest: string | null) => {
    shown = digest;
    dialog.allow(digest !== null);
  };
  const isRestore = verb === 'restore';
  const dialog = new ConsentDialog(
    {
      title: isRestore
        ? trans.__('Restore this notebook’s environment?')
        : trans.__('Approve this notebook’s environment first?'),
      body: new ApprovalBody({ ...props, onShown }),
      buttons: [
        Dialog.cancelButton({
          label: declineLabel(verb, trans),
          ariaLabel: isRestore
            ? trans.__('Open the notebook without its environment')
            : trans.__('Do not approve the environment')
        }),
        Dialog.okButton({
          label: agreeLabel(verb, trans),
          ariaLabel: isRestore
            ? trans.__('Restore the environment')
            : trans.__('Approve the environment and continue')
        })
      ]
    },
    false
  );
  return (await dialog.ask()) ? shown : null;
}
