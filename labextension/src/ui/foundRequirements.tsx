import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFoundRequirements } from '../api/answers';
import { WarnedList } from './warnedList';

/**
 * The packages that a notebook needs, and all that is taken from elsewhere than this machine's indexes.
 */
export function FoundRequirements(props: {
  found: IFoundRequirements;
  trans: TranslationBundle;
}): JSX.Element {
  const { found, unknown } = props.found;
  const { indexes = [], editable = [], direct = [] } = props.found;
  const { by_name: byName = [] } = props.found;
  const { trans } = props;
  return (
    <>
      <h3>
        {found.length
          ? trans.__('This notebook needs:')
          : trans.__('No packages need to be installed.')}
      </h3>
      <ul className="jp-nbenv-Changes">
        {found.map(each => (
          <li key={each.requirement} className="jp-mod-coming">
            {saysMore(each)
              ? `${each.requirement} (${each.module})`
              : each.requirement}
          </li>
        ))}
      </ul>
      <Warned
        title={trans.__(
          'nbenv does not know these packages. Their names are those of modules that the notebook imports; check that they are the right ones:'
        )}
        lines={byName.map(each =>
          [
            `${each.name} ${each.version} (${each.modules.join(', ')})`,
            each.summary,
            each.first_day && trans.__('first released on %1', each.first_day)
          ]
            .filter(Boolean)
            .join('; ')
        )}
      />
      <Warned
        title={trans.__(
          'Packages would also be taken from these indexes, which the notebook names:'
        )}
        lines={indexes.map(each => `${each.name}: ${each.url}`)}
      />
      <Warned
        title={trans.__(
          'These would be installed from an address or a folder, and may be built, which runs their code:'
        )}
        lines={direct.filter(each => !editable.includes(each))}
      />
      <Warned
        title={trans.__('These local projects would be built and installed:')}
        lines={editable}
      />
      {unknown.length > 0 && (
        <p>
          {trans.__(
            'No known package provides: %1.',
            unknown.map(each => each.module).join(', ')
          )}
        </p>
      )}
    </>
  );
}

/** Tell whether a requirement does not show by its name which module it is for: `toolz>=1` does. */
function saysMore(found: IFoundRequirements['found'][number]): boolean {
  const { requirement, module } = found;
  return Boolean(module) && requirement.split(/[^\w.-]/)[0] !== module;
}

function Warned(props: { title: string; lines: string[] }): JSX.Element | null {
  const { title, lines } = props;
  return lines.length ? (
    <>
      <p>{title}</p>
      <WarnedList lines={lines} label={title} />
    </>
  ) : null;
}
