import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFallback } from '../api/answers';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { plain } from '../ui/text';

/**
 * What can be restored where the exact environment is unavailable: what each would change, and a
 * button to take it.
 */
export function Fallbacks(props: {
  fallbacks: IFallback[];
  model: IEnvironmentModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { fallbacks, model, trans } = props;
  return (
    <>
      <p>{trans.__('Nothing was changed. This can be restored instead:')}</p>
      <ul className="jp-nbenv-Fallbacks">
        {fallbacks.map((each, position) => (
          <li key={each.level}>
            <Button
              strong={position === 0}
              label={label(each, trans)}
              title={trans.__('Restore this, and record it in the notebook')}
              onClick={() =>
                void runShown(model, 'restore', [], [`fallback=${each.level}`])
              }
            />
            <span>{plain(each.told)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function label(fallback: IFallback, trans: TranslationBundle): string {
  switch (fallback.level) {
    case 'cpu':
      return trans.__('Use the CPU build');
    case 'build':
      return fallback.built?.length
        ? trans.__('Build from source')
        : trans.__('Use other files');
    case 'python':
      return trans.__('Use Python %1', plain(fallback.python));
    case 'dated':
      return trans.__('Use versions of %1', (fallback.date ?? '').slice(0, 10));
    default:
      return trans.__('Use the newest versions');
  }
}
