import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFoundRequirements } from '../api/answers';
import { findRequirements } from '../environment/findRequirements';
import { asProblem } from '../api/errors';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { FoundRequirements } from '../ui/foundRequirements';
import { problemText } from '../ui/text';
import { useAsync } from '../ui/useAsync';

interface IFindProps {
  model: IEnvironmentModel;
  disabled: boolean;
  trans: TranslationBundle;
}

/**
 * For a notebook without a record: find what its cells require, and offer to install that.
 */
export function FindRequirements(props: IFindProps): JSX.Element | null {
  const { model, disabled, trans } = props;
  const {
    value: found,
    error,
    isPending
  } = useAsync(model.search.count ? () => findRequirements(model) : null, [
    model,
    model.search.count
  ]);
  const { progress, status } = model;
  if (!status || status.recorded || status.stripped || progress) {
    return null;
  }
  const install = () => {
    model.search.end();
    void runShown(model, 'adopt');
  };
  return (
    <section
      className="jp-nbenv-Needs"
      aria-label={trans.__('Packages this notebook needs')}
    >
      {found ? (
        <>
          <FoundRequirements found={found} trans={trans} />
          <AsOf found={found} trans={trans} />
        </>
      ) : error ? (
        <pre role="alert">{problemText(asProblem(error))}</pre>
      ) : null}
      <div className="jp-nbenv-Buttons">
        {found?.found.length ? (
          <Button
            strong
            label={trans.__('Install and record')}
            disabled={disabled}
            onClick={install}
          />
        ) : (
          <Button
            label={
              isPending
                ? trans.__('Searching…')
                : trans.__('Find required packages')
            }
            title={trans.__(
              'Read the imports and install commands of the saved cells, without running or installing anything'
            )}
            disabled={disabled || isPending}
            onClick={() => void model.search.begin()}
          />
        )}
        {found && (
          <Button
            label={trans.__('Cancel')}
            onClick={() => model.search.end()}
          />
        )}
      </div>
    </section>
  );
}

function AsOf(props: {
  found: IFoundRequirements;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { as_of, as_of_reason } = props.found;
  return as_of ? (
    <p>
      {props.trans.__(
        'Versions as of %1: %2',
        as_of.slice(0, 10),
        as_of_reason
      )}
    </p>
  ) : null;
}
