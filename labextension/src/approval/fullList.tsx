import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPreview } from '../api/preview';
import { bytes, plain } from '../ui/text';

/**
 * The table of everything that would be installed, folded away at first.
 */
export function FullList(props: {
  preview: IPreview;
  trans: TranslationBundle;
}): JSX.Element {
  const { preview, trans } = props;
  const isSized = preview.distributions.some(
    each => each.cached || each.source || each.size !== null
  );
  return (
    <details className="jp-nbenv-FullList">
      <summary>
        {trans._n(
          'Full list: %1 package',
          'Full list: %1 packages',
          preview.count
        )}
      </summary>
      {preview.requirements.length > 0 && (
        <p>
          {trans.__(
            'Asked for: %1',
            preview.requirements.map(plain).join(', ')
          )}
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Package')}</th>
            <th scope="col">{trans.__('Version')}</th>
            <th scope="col">{isSized && trans.__('Download')}</th>
          </tr>
        </thead>
        <tbody>
          {preview.distributions.map((each, position) => (
            <tr key={position}>
              <td>{plain(each.name)}</td>
              <td>{plain(each.version ?? each.url ?? '')}</td>
              <td>
                {each.cached
                  ? trans.__('cached')
                  : each.size !== null && bytes(each.size)}
                {each.source ? ` ${trans.__('(source)')}` : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
