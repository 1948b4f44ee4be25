import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPreview, IStatus } from '../api/answers';
import { asProblem } from '../api/errors';
import { DialogBody } from '../ui/dialogBody';
import { bytes } from '../ui/text';
import { useAsync } from '../ui/useAsync';

/** The number of requirements that are shown in full. */
const SHOWN = 8;

/**
 * The dialog's body: first what the notebook itself says, then what the index adds.
 */
class ApprovalBody extends DialogBody {
  constructor(
    private _status: IStatus,
    private _preview: Promise<IPreview>,
    private _trans: TranslationBundle
  ) {
    super(_trans.__('What would be restored'), 'jp-nbenv-Approval');
  }

  render(): JSX.Element {
    return (
      <Body status={this._status} preview={this._preview} trans={this._trans} />
    );
  }
}

interface IBodyProps {
  status: IStatus;
  preview: Promise<IPreview>;
  trans: TranslationBundle;
}

function Body({ status, preview, trans }: IBodyProps): JSX.Element {
  const { value: found, error } = useAsync(() => preview, [preview]);
  const failure = error ? asProblem(error).what : '';
  const problem = failure || found?.problem;
  return (
    <div>
      <p>
        {trans.__(
          'This notebook comes with its own environment, which is not on this machine yet. Restoring installs exactly what the notebook records:'
        )}
      </p>
      <Facts
        status={status}
        found={found}
        hasFailed={failure !== ''}
        trans={trans}
      />
      {problem && <p className="jp-nbenv-Approval-problem">{problem}</p>}
      {found && <FullList preview={found} trans={trans} />}
      <Choices trans={trans} />
    </div>
  );
}

function Facts(props: {
  status: IStatus;
  found: IPreview | null;
  hasFailed: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { status, found, hasFailed, trans } = props;
  const unknown = trans.__('unknown');
  return (
    <dl className="jp-nbenv-Facts">
      <dt>{trans.__('Python')}</dt>
      <dd>
        {status.python}
        {found && !found.python_here && (
          <em> {trans.__('(not on this machine; it would be downloaded)')}</em>
        )}
      </dd>
      <dt>{trans.__('Requirements')}</dt>
      <dd>{shortened(status.requirements) || trans.__('none')}</dd>
      <dt>{trans.__('Packages')}</dt>
      <dd>{found?.count ?? status.locked}</dd>
      <dt>{trans.__('Download')}</dt>
      <dd>{hasFailed ? unknown : downloadSize(found, trans)}</dd>
      <dt>{trans.__('Other indexes')}</dt>
      <dd>
        <Warnings
          lines={(found?.indexes ?? status.indexes).map(
            index => `${index.name}: ${index.url}`
          )}
          none={trans.__('none, only those configured on this machine')}
        />
      </dd>
      <dt>{trans.__('Direct URLs')}</dt>
      <dd>
        {found ? (
          <Warnings lines={found.direct} none={trans.__('none')} />
        ) : (
          '…'
        )}
      </dd>
      <dt>{trans.__('Built from source')}</dt>
      <dd>
        {found ? (
          <Warnings lines={found.source} none={noSources(found, trans)} />
        ) : hasFailed ? (
          unknown
        ) : (
          '…'
        )}
      </dd>
    </dl>
  );
}

function Choices({ trans }: { trans: TranslationBundle }): JSX.Element {
  return (
    <dl className="jp-nbenv-Choices">
      <dt>{trans.__('Restore')}</dt>
      <dd>
        {trans.__(
          'Download the packages and install them for this notebook only. Building a package from source runs its authors’ code.'
        )}
      </dd>
      <dt>{trans.__('Open without restoring')}</dt>
      <dd>
        {trans.__(
          'Nothing is downloaded or run. Cells report that the environment is missing.'
        )}
      </dd>
    </dl>
  );
}

function FullList(props: {
  preview: IPreview;
  trans: TranslationBundle;
}): JSX.Element {
  const { preview, trans } = props;
  return (
    <details className="jp-nbenv-FullList">
      <summary>
        {trans._n(
          'Full list: %1 package',
          'Full list: %1 packages',
          preview.count
        )}
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Package')}</th>
            <th scope="col">{trans.__('Version')}</th>
            <th scope="col">{trans.__('Download')}</th>
          </tr>
        </thead>
        <tbody>
          {preview.distributions.map(each => (
            <tr key={each.name}>
              <td>{each.name}</td>
              <td>{each.version ?? each.url}</td>
              <td>
                {each.size === null ? '' : bytes(each.size)}
                {each.source ? ` ${trans.__('(source)')}` : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/**
 * Lines that a reader must see before approving, or what to say where there are none.
 */
function Warnings(props: { lines: string[]; none: string }): JSX.Element {
  const { lines, none } = props;
  if (lines.length === 0) {
    return <>{none}</>;
  }
  return (
    <ul className="jp-nbenv-Warned">
      {lines.map(line => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function downloadSize(
  found: IPreview | null,
  trans: TranslationBundle
): string {
  if (!found) {
    return trans.__('asking the package index…');
  }
  if (found.download === null) {
    return trans.__('unknown');
  }
  const size = bytes(found.download);
  return found.sizes_unknown
    ? trans._n(
        '%2, plus %1 package of unknown size',
        '%2, plus %1 packages of unknown size',
        found.sizes_unknown,
        size
      )
    : trans.__('%1 at most', size);
}

function noSources(found: IPreview, trans: TranslationBundle): string {
  const unknown = found.distributions.filter(each => each.source === null);
  return unknown.length
    ? trans._n(
        'unknown for %1 package',
        'unknown for %1 packages',
        unknown.length
      )
    : trans.__('none');
}

function shortened(requirements: string[]): string {
  const shown = requirements.slice(0, SHOWN).join(', ');
  return requirements.length > SHOWN ? `${shown}, …` : shown;
}

/**
 * Ask whether to restore a notebook's environment; Escape and closing the dialog mean no.
 */
export async function askApproval(
  status: IStatus,
  preview: Promise<IPreview>,
  trans: TranslationBundle
): Promise<boolean> {
  const dialog = new Dialog({
    title: trans.__('Restore this notebook’s environment?'),
    body: new ApprovalBody(status, preview, trans),
    buttons: [
      Dialog.cancelButton({
        label: trans.__('Open without restoring'),
        ariaLabel: trans.__('Open the notebook without its environment')
      }),
      Dialog.okButton({
        label: trans.__('Restore'),
        ariaLabel: trans.__('Restore the environment')
      })
    ],
    defaultButton: 0,
    hasClose: true
  });
  return (await dialog.launch()).button.accept;
}
