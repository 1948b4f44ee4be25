import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { bytes, plain } from '../ui/text';
import type { IAsync } from '../ui/useAsync';
import type { IVariable, IVariables } from './kernelVariables';

/**
 * How the new kernel gets variables: from the cells that made them, from the former kernel, or not.
 */
export type Start = 'cells' | 'variables' | 'empty';

/**
 * The variables that end with the present kernel, and the choice what becomes of them.
 */
export function LostVariables(props: {
  listed: IAsync<IVariables | null>;
  /** How many cells could be run again to make them. */
  ran: number;
  start: Start;
  onStart: (start: Start) => void;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { listed, ran, start, onStart, trans } = props;
  if (listed.isPending) {
    return (
      <p role="status">{trans.__('Asking the kernel for its variables…')}</p>
    );
  }
  const { value } = listed;
  if (value?.count === 0) {
    return null;
  }
  return (
    <div className="jp-nbenv-Lost">
      {value ? (
        <Variables {...value} trans={trans} />
      ) : (
        <p className="jp-nbenv-Approval-problem">
          {trans.__(
            'The kernel does not say which variables it has; it may be busy. Switching ends it, and all that it holds is lost.'
          )}
        </p>
      )}
      <fieldset aria-label={trans.__('Start of the new kernel')}>
        {starts(ran, value !== null, trans).map(([way, text]) => (
          <label key={way}>
            <input
              type="radio"
              name="jp-nbenv-Start"
              checked={start === way}
              onChange={() => onStart(way)}
            />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}

function Variables(
  props: IVariables & { trans: TranslationBundle }
): JSX.Element {
  const { count, variables, trans } = props;
  const title = trans._n(
    '%1 variable of the present kernel ends with it:',
    '%1 variables of the present kernel end with it:',
    count
  );
  const hidden = count - variables.length;
  return (
    <>
      <p>{title}</p>
      <ul aria-label={title} tabIndex={count > 6 ? 0 : undefined}>
        {variables.map(each => (
          <li key={each.name}>
            <code>{plain(each.name)}</code> {kind(each, trans)}
          </li>
        ))}
        {hidden > 0 && (
          <li>{trans._n('and %1 more', 'and %1 more', hidden)}</li>
        )}
      </ul>
    </>
  );
}

/** The ways to start that are possible, with their labels. */
function starts(
  ran: number,
  carries: boolean,
  trans: TranslationBundle
): [Start, string][] {
  const again = trans._n(
    'Rerun the cell that already ran.',
    'Rerun the %1 cells that already ran.',
    ran
  );
  const carry = trans.__(
    'Carry over the variables that can be saved, up to 256 MB. The others are named afterwards.'
  );
  const all: [Start, string, boolean][] = [
    ['cells', again, ran > 0],
    ['variables', carry, carries],
    ['empty', trans.__('Start without them.'), true]
  ];
  return all.filter(([, , is]) => is).map(([way, text]) => [way, text]);
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
