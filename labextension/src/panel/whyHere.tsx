import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPackages } from '../api/answers';
import { Button } from '../ui/button';
import { waysTo } from './rows';

/** Ways that are shown. */
const MOST = 5;

/**
 * Why a package is installed: what needs it, from the packages that were asked for.
 */
export function WhyHere(props: {
  name: string;
  packages: IPackages;
  trans: TranslationBundle;
  onEnd: () => void;
}): JSX.Element {
  const { name, packages, trans, onEnd } = props;
  const ways = waysTo(name, packages);
  const own = packages.distributions.find(each => each.name === name);
  const section = React.useRef<HTMLElement>(null);
  React.useEffect(() => section.current?.focus(), [name]);
  const reasons = [
    ...(own?.requirement
      ? [trans.__('You asked for %1.', own.requirement)]
      : []),
    ...(name === packages.kernel ? [trans.__('It is the kernel itself.')] : [])
  ];
  return (
    <section
      ref={section}
      tabIndex={-1}
      className="jp-nbenv-Proposal jp-nbenv-Why"
      aria-label={trans.__('Why %1 is here', name)}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          onEnd();
        }
      }}
    >
      <h3>{trans.__('Why %1 is here', name)}</h3>
      {reasons.map(each => (
        <p key={each}>{each}</p>
      ))}
      <ul className="jp-nbenv-Changes">
        {ways.slice(0, MOST).map(way => (
          <li key={way.join()}>{way.join(' → ')}</li>
        ))}
      </ul>
      {ways.length > MOST && (
        <p>{trans._n('%1 more way', '%1 more ways', ways.length - MOST)}</p>
      )}
      {reasons.length + ways.length === 0 && (
        <p>{trans.__('Nothing needs it.')}</p>
      )}
      <div className="jp-nbenv-Buttons">
        <Button label={trans.__('Close')} onClick={onEnd} />
      </div>
    </section>
  );
}
