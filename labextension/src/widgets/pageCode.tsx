import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IEnvironmentModel } from '../tokens';
import type { IEnvironmentWidgets } from './tokens';

/**
 * What the page has loaded of a notebook's environment, and what it has not, with the reason.
 */
export function PageCode(props: {
  widgets: IEnvironmentWidgets | null;
  model: IEnvironmentModel;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { widgets, model, trans } = props;
  if (!widgets) {
    return null;
  }
  return (
    <UseSignal signal={widgets.changed}>
      {() => {
        const code = widgets.codeOf(model);
        const lines: [string, string[]][] = code
          ? [
              [trans.__('Widgets loaded into this page'), code.loaded],
              [trans.__('Could not be loaded'), code.failed],
              [
                trans.__(
                  'Not loaded: “Load widgets from environments” is off in the settings'
                ),
                code.off
              ],
              [
                trans.__(
                  'Not used in this page: only widgets and renderers are'
                ),
                code.unused
              ]
            ]
          : [];
        const shown = lines.filter(([, names]) => names.length > 0);
        if (!code || shown.length === 0) {
          return <></>;
        }
        return (
          <details
            className="jp-nbenv-PageCode"
            open={code.conflict !== '' || code.off.length > 0}
          >
            <summary>{trans.__('Widgets')}</summary>
            {code.conflict && <p role="alert">{code.conflict}</p>}
            <dl>
              {shown.map(([title, names]) => (
                <React.Fragment key={title}>
                  <dt>{title}</dt>
                  <dd>{names.join(', ')}</dd>
                </React.Fragment>
              ))}
            </dl>
          </details>
        );
      }}
    </UseSignal>
  );
}
