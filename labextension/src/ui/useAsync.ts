import * as React from 'react';

/**
 * How far an asynchronous question is.
 */
export interface IAsync<T> {
  value: T | null;
  /** The reason of the failure, null without one. */
  error: unknown;
  isPending: boolean;
}

/**
 * How to ask.
 */
export interface IAsyncOptions {
  /** Keep the last value until the next answer, and while nothing is asked. */
  keeps?: boolean;
  /** Milliseconds to wait first; a new question within them replaces this one. */
  delay?: number;
}

const IDLE = { value: null, error: null, isPending: false };

/**
 * Ask whenever `inputs` change, and render again with the answer; null asks nothing.
 *
 * Answers to former questions, or after the component is gone, are dropped.
 */
export function useAsync<T>(
  ask: (() => Promise<T>) | null,
  inputs: React.DependencyList,
  { keeps = false, delay = 0 }: IAsyncOptions = {}
): IAsync<T> {
  const [state, setState] = React.useState<IAsync<T>>(IDLE);
  React.useEffect(() => {
    let isCurrent = true;
    const take = (next: IAsync<T>) => isCurrent && setState(next);
    const start = () =>
      ask?.().then(
        value => take({ ...IDLE, value }),
        (error: unknown) => take({ ...IDLE, error })
      );
    setState(last => ({
      ...IDLE,
      value: keeps ? last.value : null,
      isPending: ask !== null
    }));
    const timer = delay > 0 ? setTimeout(start, delay) : undefined;
    if (timer === undefined) {
      start();
    }
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, inputs);
  return state;
}
