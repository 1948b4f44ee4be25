import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFoundRequirements } from '../api/answers';
import { findRequirements } from '../environment/findRequirements';
import { asProblem } from '../api/errors';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { problemText } from '../ui/text';
import { useAsync } from '../ui/useAsync';
import { WarnedList } from '../ui/warnedList';

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
  const [asked, setAsked] = React.useState(0); // counts, so that one can ask again
  const {
    value: found,
    error,
    isPending
  } = useAsync(asked ? () => findRequirements(model) : null, [model, asked]);
  if (!model.status || model.status.recorded || model.status.stripped) {
    return null;
  }
  const install = () => {
    setAsked(0);
    void runShown(model, 'adopt');
  };
  return (
    <section
      className="jp-nbenv-Needs"
      aria-label={trans.__('Packages this notebook needs')}
    >
      {found ? (
        <Found found={found} trans={trans} />
      ) : error ? (
        <pre role="alert">{problemText(asProblem(error))}</pre>
      ) : (
        <p>
          {trans.__(
            'nbenv can find the packages this notebook needs from the imports and install commands in its saved cells.'
          )}
        </p>
      )}
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
              'Read the cells without running or installing anything'
            )}
            disabled={disabled || isPending}
            onClick={() => setAsked(asked + 1)}
          />
        )}
        {found && (
          <Button label={trans.__('Cancel')} onClick={() => setAsked(0)} />
        )}
      </div>
    </section>
  );
}

function Found(props: {
  found: IFoundRequirements;
  trans: TranslationBundle;
}): JSX.Element {
  const { found, unknown, as_of, as_of_reason } = props.found;
  const { indexes = [], editable = [], direct = [] } = props.found;
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
            {each.module && each.module !== each.requirement
              ? `${each.requirement} (${each.module})`
              : each.requirement}
          </li>
        ))}
      </ul>
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
      {as_of && (
        <p>
          {trans.__('Versions as of %1: %2', as_of.slice(0, 10), as_of_reason)}
        </p>
      )}
    </>
  );
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
