import * as React from 'react';
import type { IOutdated, IPackages } from '../api/answers';
import type { Client } from '../api/client';
import type { IEnvironmentModel } from '../tokens';
import { changeLine } from '../ui/text';
import { useAsync, type IAsync } from '../ui/useAsync';

/**
 * What is in the environment, and what of it is outdated.
 */
export interface IContents {
  packages: IPackages | null;
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
  const packages = useAsync(
    isChanging ? null : () => client.packages(path),
    [client, path, version, isChanging],
    { keeps: true } // a list that vanishes during a change would be a jump
  );
  const [asked, setAsked] = React.useState(0); // counts, so that one can ask again
  React.useEffect(() => {
    if (!isChanging) {
      setAsked(0);
    }
  }, [client, path, version, isChanging]);
  const check = async () => (await model.ask('outdated')).data as IOutdated[];
  const outdated = useAsync(asked ? check : null, [model, path, asked]);
  return {
    packages: packages.value,
    outdated,
    checkOutdated: () => setAsked(asked + 1)
  };
}
