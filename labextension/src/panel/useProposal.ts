import * as React from 'react';
import type { IEnvironmentModel } from '../tokens';
import type { IChangeRequest } from './changeRequests';

/**
 * The change that is being previewed.
 */
export interface IProposal {
  request: IChangeRequest | null;
  /** Whether it comes from the field for new packages, which keeps the focus. */
  isTyped: boolean;
  /** Whether it was agreed to before its preview was there. */
  isConfirmed: boolean;
  show: (request: IChangeRequest, isTyped?: boolean) => void;
  /** Show another request in place of this one. */
  replace: (request: IChangeRequest) => void;
  confirm: () => void;
  apply: () => void;
  end: () => void;
  /** End it if it comes from the field, whose text has changed. */
  endTyped: () => void;
}

/**
 * Keep the change that is being previewed, from the request until it is made or dismissed.
 *
 * The text in the field stays until what it asks for is begun; `takeText` takes it out, and returns
 * what puts it back if that fails.
 */
export function useProposal(
  model: IEnvironmentModel,
  takeText: () => () => void
): IProposal {
  const [request, setRequest] = React.useState<IChangeRequest | null>(null);
  const [isTyped, setIsTyped] = React.useState(false);
  const [isConfirmed, setIsConfirmed] = React.useState(false);
  const set = (next: IChangeRequest | null, typed: boolean) => {
    setRequest(next);
    setIsTyped(typed && next !== null);
    setIsConfirmed(false);
  };
  const end = () => set(null, false);
  const apply = () => {
    end();
    if (request) {
      const { verb, words, flags } = request;
      const putBack = isTyped ? takeText() : () => undefined;
      // The notice bar shows a failure.
      model.run(verb, words, flags).catch(putBack);
    }
  };
  return {
    request,
    isTyped,
    isConfirmed,
    show: (next, typed = false) => set(next, typed),
    replace: next => set(next, isTyped),
    confirm: () => setIsConfirmed(true),
    apply,
    end,
    endTyped: () => {
      if (isTyped) {
        end();
      }
    }
  };
}
