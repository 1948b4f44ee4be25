import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Button } from '../ui/button';
import { asProblem, type Client } from '../api/client';
import type { IEnvironmentModel, IFindings, IProblem } from '../tokens';
import { problemText } from '../ui/text';

interface IAdoptingProps {
  client: Client;
  model: IEnvironmentModel;
  disabled: boolean;
  trans: TranslationBundle;
}

/**
 * For a notebook that records nothing: what its imports and install lines need, and the choice to
 * install that.
 */
export function Adopting(props: IAdoptingProps): JSX.Element | null {
  const { client, model, disabled, trans } = props;
  const [looking, setLooking] = React.useState(false);
  const [findings, setFindings] = React.useState<IFindings | null>(null);
  const [problem, setProblem] = React.useState<IProblem | null>(null);
  if (!model.status || model.status.recorded || model.status.stripped) {
    return null;
  }
  const look = () => {
    setLooking(true);
    setProblem(null);
    client
      .needs(model.path)
      .then(setFindings, error => setProblem(asProblem(error)))
      .finally(() => setLooking(false));
  };
  const install = () => {
    setFindings(null);
    // The model keeps what goes wrong, and the strip shows it.
    model.run('adopt').catch(() => undefined);
  };
  return (
    <section
      className="jp-nbenv-Needs"
      aria-label={trans.__('What this notebook needs')}
    >
      {findings ? (
        <Found findings={findings} trans={trans} />
      ) : problem ? (
        <pre role="alert">{problemText(problem)}</pre>
      ) : (
        <p>
          {trans.__(
            'The imports and install lines of the saved notebook tell what it needs.'
          )}
        </p>
      )}
      <div className="jp-nbenv-Buttons">
        {findings?.found.length ? (
          <Button
            strong
            label={trans.__('Install and record')}
            disabled={disabled}
            onClick={install}
          />
        ) : (
          <Button
            label={
              looking ? trans.__('Looking …') : trans.__('Find what it needs')
            }
            title={trans.__('Read the cells; nothing is run or installed')}
            disabled={disabled || looking}
            onClick={look}
          />
        )}
        {findings && (
          <Button
            label={trans.__('Cancel')}
            onClick={() => setFindings(null)}
          />
        )}
      </div>
    </section>
  );
}

function Found(props: {
  findings: IFindings;
  trans: TranslationBundle;
}): JSX.Element {
  const { found, unknown, as_of, as_of_reason } = props.findings;
  const { trans } = props;
  return (
    <>
      <h3>
        {found.length
          ? trans.__('This notebook needs:')
          : trans.__('Nothing was found that has to be installed.')}
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
      {unknown.length > 0 && (
        <p>
          {trans.__(
            'No distribution is known for: %1.',
            unknown.map(each => each.module).join(', ')
          )}
        </p>
      )}
      {as_of && (
        <p>{trans.__('As of %1: %2', as_of.slice(0, 10), as_of_reason)}</p>
      )}
    </>
  );
}
