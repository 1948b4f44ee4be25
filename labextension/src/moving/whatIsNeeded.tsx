import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFoundRequirements } from '../api/answers';
import { FoundRequirements } from '../ui/foundRequirements';
import { bytes, packageCount, plain } from '../ui/text';

/**
 * The package that a failed cell needs, and the module by which it asks for it.
 */
export interface IMissing {
  module: string;
  name: string;
}

interface INeededProps {
  found: IFoundRequirements;
  missing: IMissing;
  /** Whether the index is being asked for sizes. */
  isAsking: boolean;
  /** The chosen day, null for the newest versions. */
  day: string | null;
  onDay: (day: string | null) => void;
  trans: TranslationBundle;
}

/**
 * What a notebook needs, as of which day, and how large that is.
 */
export function WhatIsNeeded(props: INeededProps): JSX.Element {
  const { found, missing, trans } = props;
  const isNamed = found.found.some(each => nameOf(each) === missing.name);
  const also = { requirement: missing.name, module: missing.module };
  const all = isNamed ? found : { ...found, found: [...found.found, also] };
  return (
    <>
      <FoundRequirements found={all} trans={trans} />
      <dl className="jp-nbenv-Facts">
        <dt>{trans.__('Python')}</dt>
        <dd>{plain(found.python ?? '') || trans.__('unknown')}</dd>
        <dt>{trans.__('Versions')}</dt>
        <dd>
          <Versions {...props} />
        </dd>
        <dt>{trans.__('Download')}</dt>
        <dd>{download(props)}</dd>
      </dl>
    </>
  );
}

/** The name in a requirement such as `torch>=2`; torchvision is another one. */
function nameOf({ requirement }: { requirement: string }): string {
  return requirement.toLowerCase().split(/[^\w.-]/)[0];
}

/** The newest versions, or those of the notebook's own time where that is known. */
function Versions(props: INeededProps): JSX.Element {
  const { found, day, onDay, trans } = props;
  const own = found.offered_as_of ?? found.as_of;
  const today = new Date().toISOString().slice(0, 10);
  const newest = found.resolved_as_of
    ? trans.__(
        'as of %1, the time of the exact versions that it asks for',
        found.resolved_as_of
      )
    : trans.__('the newest, as of today (%1)', today);
  if (!own) {
    return <>{newest}</>;
  }
  const label = trans.__('as of %1, when the notebook was made', own);
  return (
    <select
      aria-label={trans.__('Versions')}
      title={found.as_of_reason}
      value={day ?? ''}
      onChange={event => onDay(event.target.value || null)}
    >
      <option value="">
        {trans.__('the newest, as of today (%1)', today)}
      </option>
      <option value={own}>{label}</option>
    </select>
  );
}

function download({ found, isAsking, trans }: INeededProps): string {
  if (!found.download) {
    return isAsking
      ? trans.__('asking the package index…')
      : trans.__('unknown');
  }
  const { size, count, unknown, problem } = found.download;
  if (size === null || count === null) {
    return problem ? trans.__('unknown: %1', problem) : trans.__('unknown');
  }
  const packages = packageCount(count, trans);
  if (unknown) {
    return trans.__(
      '%1, %2; the size of %3 is unknown',
      bytes(size),
      packages,
      unknown
    );
  }
  if (size === 0) {
    return trans.__('nothing to download, %1', packages);
  }
  return found.download.is_certain
    ? trans.__('%1, %2', bytes(size), packages)
    : trans.__('%1 at most, %2', bytes(size), packages);
}
