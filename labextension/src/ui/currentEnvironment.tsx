import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IEnvironmentModel, IEnvironments } from '../tokens';

/**
 * Render again when another notebook becomes the active one, and when its environment changes.
 */
export function UseCurrent(props: {
  environments: IEnvironments;
  children: (model: IEnvironmentModel | null) => JSX.Element;
}): JSX.Element {
  const { environments, children } = props;
  return (
    <UseSignal signal={environments.currentChanged}>
      {() => {
        const model = environments.current;
        return model ? (
          <UseSignal key={model.key} signal={model.changed}>
            {() => children(model)}
          </UseSignal>
        ) : (
          children(null)
        );
      }}
    </UseSignal>
  );
}
