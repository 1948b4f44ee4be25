import { Clipboard, Dialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IExportFormat } from './api/answers';
import type { Client } from './api/client';
import { asProblem } from './api/errors';
import { exportFileName } from './api/exports';
import { Button } from './ui/button';
import { DialogBody } from './ui/dialogBody';
import { notify } from './ui/notify';
import { useAsync } from './ui/useAsync';

/**
 * What the dialog needs.
 */
export interface IExportProps {
  client: Client;
  contents: Contents.IManager;
  path: string;
  trans: TranslationBundle;
}

class ExportBody extends DialogBody {
  constructor(private _props: IExportProps) {
    super(_props.trans.__('Export'), 'jp-nbenv-Export');
  }

  render(): JSX.Element {
    return <Export {...this._props} />;
  }
}

/** The dialog is there before the server has said which formats it knows. */
function Export(props: IExportProps): JSX.Element {
  const { client, trans } = props;
  const { value, error } = useAsync(() => client.version(), [client]);
  return value ? (
    <Formats {...props} exports={value.exports} />
  ) : (
    <p role="status">
      {error ? asProblem(error).what : trans.__('Reading the formats…')}
    </p>
  );
}

function Formats(
  props: IExportProps & { exports: IExportFormat[] }
): JSX.Element {
  const { client, path, exports, trans } = props;
  const [chosen, setChosen] = React.useState(exports[0]);
  const { value: text, error } = useAsync(
    () => client.exported(path, chosen.format),
    [client, path, chosen]
  );
  const choose = (format: string) =>
    setChosen(exports.find(each => each.format === format) ?? exports[0]);
  return (
    <div>
      <label className="jp-nbenv-Field">
        {trans.__('Format')}
        <HTMLSelect
          aria-label={trans.__('Export format')}
          value={chosen.format}
          onChange={event => choose(event.target.value)}
        >
          {exports.map(each => (
            <option key={each.format} value={each.format}>
              {`${exportFileName(each, path)}: ${trans.__(each.label)}`}
            </option>
          ))}
        </HTMLSelect>
      </label>
      <pre
        className="jp-nbenv-Export-text"
        tabIndex={0}
        aria-label={trans.__('Exported text')}
      >
        {text ?? (error ? '' : trans.__('Exporting…'))}
      </pre>
      <Destinations
        key={chosen.format}
        {...props}
        name={exportFileName(chosen, path)}
        text={text}
        problem={error ? asProblem(error).what : ''}
      />
    </div>
  );
}

/**
 * The places an export can go to, and what became of the last one chosen.
 */
function Destinations(
  props: IExportProps & { name: string; text: string | null; problem: string }
): JSX.Element {
  const { contents, path, name, text, problem, trans } = props;
  const [outcome, setOutcome] = React.useState('');
  const place = PathExt.join(PathExt.dirname(path), name);
  const disabled = text === null;
  const save = async () => {
    if (await saveFile(contents, place, text ?? '', trans)) {
      setOutcome(trans.__('Saved %1.', place));
    }
  };
  return (
    <div className="jp-nbenv-Buttons">
      <Button
        strong
        label={trans.__('Download')}
        disabled={disabled}
        onClick={() => download(name, text ?? '')}
      />
      <Button
        label={trans.__('Save next to the notebook')}
        disabled={disabled}
        onClick={() => void save()}
      />
      <Button
        label={trans.__('Copy')}
        disabled={disabled}
        onClick={() => {
          Clipboard.copyToSystem(text ?? '');
          setOutcome(trans.__('Copied.'));
        }}
      />
      <span role="status">{problem || outcome}</span>
    </div>
  );
}

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/**
 * Write the file, asking first whether to replace one that exists; resolve to whether it was
 * written.
 */
async function saveFile(
  contents: Contents.IManager,
  path: string,
  text: string,
  trans: TranslationBundle
): Promise<boolean> {
  const folder = await contents.get(PathExt.dirname(path));
  const files = folder.content as { path: string }[];
  if (files.some(each => each.path === path)) {
    const dialog = new Dialog({
      title: trans.__('Replace %1?', PathExt.basename(path)),
      body: trans.__('A file with this name already exists.'),
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
    notify('error', asProblem(error).what, trans);
    return false;
  }
}

/**
 * Show the environment in other tools' formats, to download, save next to the notebook, or copy.
 */
export async function showExport(props: IExportProps): Promise<void> {
  await new Dialog({
    title: props.trans.__('Export environment'),
    body: new ExportBody(props),
    buttons: [Dialog.cancelButton({ label: props.trans.__('Close') })]
  }).launch();
}
