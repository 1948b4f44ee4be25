import * as React from 'react';
import type { IOutdated, IPackages, IPastChange } from '../api/answers';
import type { Client } from '../api/client';
import type { IEnvironmentModel } from '../tokens';
import { changeLine } from '../ui/text';
import { useAsync, type IAsync } from '../ui/useAsync';

/**
 * What is in the environment, what of it is outdated, and how it came to be so.
 */
export interface IContents {
  packages: IPackages | null;
  past: IPastChange[];
  /** Whether that is the present history, rather than the one before a change. */
  isPastKnown: boolean;
  outdated: IAsync<IOutdated[]>;
  checkOutdated: () => void;
}

/**
 * Ask for what is in the environment whenever that may have changed; for newer versions on demand.
 */
export function useContents(
  client: Client,
  model: IEnvironmentModel
): IContents {
  const { status, path } = model;
  const version = [
    status?.record,
    status?.environment,
    status?.installed,
    status?.drift.map(changeLine).join()
  ].join(' ');
  const isChanging = model.progress !== null;
  const isAsked = !isChanging && status !== null;
  const inputs = [client, path, version, isAsked];
  // A list that vanishes during a change would be a jump.
  const packages = useAsync(
    isAsked ? () => client.packages(path) : null,
    inputs,
    { keeps: true }
  );
  const past = useAsync(isAsked ? () => client.history(path) : null, inputs, {
    keeps: true
  });
  const [asked, setAsked] = React.useState(0); // counts, so that one can ask again
  React.useEffect(() => {
    if (isAsked) {
      setAsked(0);
    }
  }, inputs);
  const check = async () => (await model.ask('outdated')).data as IOutdated[];
  const outdated = useAsync(asked ? check : null, [model, path, asked]);
  return {
    packages: packages.value,
    past: past.value ?? [],
    isPastKnown: isAsked && !past.isPending,
    outdated,
    checkOutdated: () => setAsked(asked + 1)
  };
}
