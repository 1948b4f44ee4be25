import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IPreview, IStatus } from '../tokens';
import { bytes } from '../ui/text';

/**
 * What the approval dialog shows: at once what the notebook says, then what the index says.
 */
class ApprovalBody extends ReactWidget {
  constructor(
    private _status: IStatus,
    private _preview: Promise<IPreview>,
    private _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-nbenv-Approval');
    reachable(this.node, _trans.__('What restoring would do'));
  }

  render(): JSX.Element {
    return (
      <Body status={this._status} preview={this._preview} trans={this._trans} />
    );
  }
}

/**
 * Let Tab go from a dialog's buttons to its body: a dialog looks for that before the body is rendered.
 */
export function reachable(node: HTMLElement, label: string): void {
  node.tabIndex = 0;
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', label);
}

interface IBodyProps {
  status: IStatus;
  preview: Promise<IPreview>;
  trans: TranslationBundle;
}

function Body({ status, preview, trans }: IBodyProps): JSX.Element {
  const [found, setFound] = React.useState<IPreview | null>(null);
  const [problem, setProblem] = React.useState('');
  React.useEffect(() => {
    let shown = true;
    preview.then(
      value => shown && setFound(value),
      (error: unknown) => shown && setProblem(String(error))
    );
    return () => {
      shown = false;
    };
  }, [preview]);
  const count = found?.count ?? status.locked;
  return (
    <div>
      <p>
        {trans.__(
          'This notebook brings its own environment, which is not on this computer yet. Restoring it installs exactly what is recorded:'
        )}
      </p>
      <dl className="jp-nbenv-Facts">
        <dt>{trans.__('Python')}</dt>
        <dd>
          {status.python}
          {found && !found.python_here && (
            <em>
              {' '}
              {trans.__('(not on this computer: it would be downloaded)')}
            </em>
          )}
        </dd>
        <dt>{trans.__('Asked for')}</dt>
        <dd>{shortened(status.requirements) || trans.__('nothing')}</dd>
        <dt>{trans.__('Distributions')}</dt>
        <dd>{count}</dd>
        <dt>{trans.__('Download')}</dt>
        <dd>{problem ? trans.__('unknown') : download(found, trans)}</dd>
        <dt>{trans.__('Other indexes')}</dt>
        <dd>
          {listed(
            (found?.indexes ?? status.indexes).map(
              index => `${index.name}: ${index.url}`
            ),
            trans.__('none: only this computer’s own')
          )}
        </dd>
        <dt>{trans.__('Direct addresses')}</dt>
        <dd>{found ? listed(found.direct, trans.__('none')) : '…'}</dd>
        <dt>{trans.__('Built from source')}</dt>
        <dd>
          {found ? sources(found, trans) : problem ? trans.__('unknown') : '…'}
        </dd>
      </dl>
      {(problem || found?.problem) && (
        <p className="jp-nbenv-Approval-problem">{problem || found?.problem}</p>
      )}
      {found && <FullList preview={found} trans={trans} />}
      <dl className="jp-nbenv-Choices">
        <dt>{trans.__('Restore')}</dt>
        <dd>
          {trans.__(
            'download and install it for this notebook only. What is built from source runs its authors’ code.'
          )}
        </dd>
        <dt>{trans.__('Open without')}</dt>
        <dd>
          {trans.__(
            'nothing is downloaded or run; cells will say that the environment is missing.'
          )}
        </dd>
      </dl>
    </div>
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
          'The full list: %1 distribution',
          'The full list: %1 distributions',
          preview.count
        )}
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Distribution')}</th>
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

function download(found: IPreview | null, trans: TranslationBundle): string {
  if (!found) {
    return trans.__('asking this computer’s own index …');
  }
  if (found.download === null) {
    return trans.__('unknown');
  }
  const size = bytes(found.download);
  return found.sizes_unknown
    ? trans.__('%1, and %2 of unknown size', size, found.sizes_unknown)
    : trans.__('%1 at most', size);
}

function sources(found: IPreview, trans: TranslationBundle): JSX.Element {
  const unknown = found.distributions.filter(each => each.source === null);
  const none = unknown.length
    ? trans.__('not known of %1', unknown.length)
    : trans.__('none');
  return listed(found.source, none);
}

function listed(lines: string[], none: string): JSX.Element {
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

function shortened(requirements: string[], most = 8): string {
  const shown = requirements.slice(0, most).join(', ');
  return requirements.length > most ? `${shown}, …` : shown;
}

/**
 * Ask whether a notebook's environment may be restored; Escape and closing mean no.
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
        label: trans.__('Open without'),
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
