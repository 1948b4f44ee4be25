import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { bytes, plain } from '../ui/text';
import type { IAsync } from '../ui/useAsync';
import type { IVariable, IVariables } from './kernelVariables';

/**
 * The variables that end with the present kernel, and the choice to carry over what can be.
 */
export function LostVariables(props: {
  listed: IAsync<IVariables | null>;
  carries: boolean;
  onCarries: (carries: boolean) => void;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { listed, carries, onCarries, trans } = props;
  if (listed.isPending) {
    return (
      <p role="status">{trans.__('Asking the kernel for its variables…')}</p>
    );
  }
  const { value } = listed;
  if (!value) {
    return (
      <p className="jp-nbenv-Approval-problem">
        {trans.__(
          'The kernel does not say which variables it has; it may be busy. Switching ends it, and all that it holds is lost.'
        )}
      </p>
    );
  }
  if (value.count === 0) {
    return null;
  }
  const title = trans._n(
    '%1 variable of the present kernel ends with it:',
    '%1 variables of the present kernel end with it:',
    value.count
  );
  const hidden = value.count - value.variables.length;
  return (
    <div className="jp-nbenv-Lost">
      <p>{title}</p>
      <ul aria-label={title} tabIndex={value.count > 6 ? 0 : undefined}>
        {value.variables.map(each => (
          <li key={each.name}>
            <code>{plain(each.name)}</code> {kind(each, trans)}
          </li>
        ))}
        {hidden > 0 && (
          <li>{trans._n('and %1 more', 'and %1 more', hidden)}</li>
        )}
      </ul>
      <label>
        <input
          type="checkbox"
          checked={carries}
          onChange={event => onCarries(event.target.checked)}
        />
        <span>
          {trans.__(
            'Carry over what can be pickled, up to 256 MB. What cannot is named afterwards.'
          )}
        </span>
      </label>
    </div>
  );
}

function kind(variable: IVariable, trans: TranslationBundle): string {
  const type = plain(variable.type);
  switch (variable.kind) {
    case 'module':
      return trans.__('(module)');
    case 'definition':
      return trans.__('(%1, defined in a cell)', type);
    case 'value':
      return variable.size === null
        ? `(${type})`
        : `(${type}, ${bytes(variable.size)})`;
  }
}
