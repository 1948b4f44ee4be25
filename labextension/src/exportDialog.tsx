import { Clipboard, Dialog, Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect, ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Client } from './api/client';
import { Button } from './ui/button';
import { reachable } from './approval/dialog';

const FILES: Record<string, string> = {
  requirements: 'requirements.txt',
  'requirements-locked': 'requirements-locked.txt',
  pylock: 'pylock.toml',
  pyproject: 'pyproject.toml',
  script: '%.py',
  juv: '%.juv.ipynb',
  conda: 'environment.yml',
  dockerfile: 'Dockerfile'
};

/**
 * The file's name that a format has by custom.
 */
export function fileName(format: string, notebook: string): string {
  const stem = PathExt.basename(notebook, '.ipynb');
  return (FILES[format] ?? `${format}.txt`).replace('%', stem);
}

function meaning(format: string, trans: TranslationBundle): string {
  const meanings: Record<string, string> = {
    requirements: trans.__('what was asked for'),
    'requirements-locked': trans.__('every version, with hashes, for pip'),
    pylock: trans.__('every version, for any installer (PEP 751)'),
    pyproject: trans.__('a project’s dependencies'),
    script: trans.__('the notebook as a script that uv runs'),
    juv: trans.__('a copy of the notebook for juv'),
    conda: trans.__('for conda'),
    dockerfile: trans.__('an image that runs the notebook')
  };
  return meanings[format] ?? format;
}

interface IExportProps {
  client: Client;
  contents: Contents.IManager;
  path: string;
  formats: string[];
  trans: TranslationBundle;
}

class ExportBody extends ReactWidget {
  constructor(private _props: IExportProps) {
    super();
    this.addClass('jp-nbenv-Export');
    reachable(this.node, _props.trans.__('Export'));
  }

  render(): JSX.Element {
    return <Export {...this._props} />;
  }
}

function Export(props: IExportProps): JSX.Element {
  const { client, path, formats, trans } = props;
  const [format, setFormat] = React.useState(formats[0]);
  const [text, setText] = React.useState<string | null>(null);
  const [said, setSaid] = React.useState('');
  React.useEffect(() => {
    let shown = true;
    setText(null);
    setSaid('');
    client.exported(path, format).then(
      value => shown && setText(value),
      (error: unknown) => shown && setSaid(String(error))
    );
    return () => {
      shown = false;
    };
  }, [client, path, format]);
  const name = fileName(format, path);
  const place = PathExt.join(PathExt.dirname(path), name);
  const done = (word: string) => () => setSaid(word);
  return (
    <div>
      <label className="jp-nbenv-Field">
        {trans.__('Format')}
        <HTMLSelect
          aria-label={trans.__('Format of the export')}
          value={format}
          onChange={event => setFormat(event.target.value)}
        >
          {formats.map(each => (
            <option key={each} value={each}>
              {`${fileName(each, path)}: ${meaning(each, trans)}`}
            </option>
          ))}
        </HTMLSelect>
      </label>
      <pre
        className="jp-nbenv-Export-text"
        tabIndex={0}
        aria-label={trans.__('What is exported')}
      >
        {text ?? (said ? '' : trans.__('Exporting …'))}
      </pre>
      <div className="jp-nbenv-Buttons">
        <Button
          label={trans.__('Download')}
          disabled={text === null}
          onClick={() => offer(name, text ?? '')}
        />
        <Button
          label={trans.__('Save beside the notebook')}
          disabled={text === null}
          onClick={() =>
            void saveBeside(props.contents, place, text ?? '', trans).then(
              isSaved => isSaved && setSaid(trans.__('Saved %1.', place))
            )
          }
        />
        <Button
          label={trans.__('Copy')}
          disabled={text === null}
          onClick={() => {
            Clipboard.copyToSystem(text ?? '');
            done(trans.__('Copied.'))();
          }}
        />
        <span role="status">{said}</span>
      </div>
    </div>
  );
}

function offer(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/**
 * Write the file; a file that is there already is only replaced when that is agreed to.
 */
async function saveBeside(
  contents: Contents.IManager,
  path: string,
  text: string,
  trans: TranslationBundle
): Promise<boolean> {
  const beside = await contents.get(PathExt.dirname(path));
  const files = beside.content as { path: string }[];
  if (files.some(each => each.path === path)) {
    const dialog = new Dialog({
      title: trans.__('Replace %1?', PathExt.basename(path)),
      body: trans.__('A file of this name is beside the notebook.'),
      buttons: [
        Dialog.cancelButton(),
        Dialog.warnButton({ label: trans.__('Replace') })
      ]
    });
    if (!(await dialog.launch()).button.accept) {
      return false;
    }
  }
  try {
    await contents.save(path, { type: 'file', format: 'text', content: text });
    return true;
  } catch (error) {
    Notification.error(String(error));
    return false;
  }
}

/**
 * Show an environment in other tools' formats, to download, keep beside the notebook, or copy.
 */
export async function showExport(props: IExportProps): Promise<void> {
  await new Dialog({
    title: props.trans.__('Export the environment'),
    body: new ExportBody(props),
    buttons: [Dialog.okButton({ label: props.trans.__('Close') })]
  }).launch();
}
