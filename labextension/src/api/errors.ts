import type { IProblem } from './answers';

/**
 * A response with an error status, and what its body says.
 */
export class ResponseError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly body: unknown = null
  ) {
    super(message);
  }
}

/**
 * A response without the form that this version of the extension expects.
 */
export class FormError extends Error {
  constructor(path: string, key: string) {
    super(`The server's response to ${path} has no ${key}.`);
  }
}

/**
 * A failed job, with nbenv's explanation.
 */
export class ProblemError extends Error {
  constructor(readonly problem: IProblem) {
    super(problem.what);
  }
}

/**
 * Return any error in the form that the views show.
 */
export function asProblem(error: unknown): IProblem {
  if (error instanceof ProblemError) {
    return error.problem;
  }
  const what = error instanceof Error ? error.message : String(error);
  return { kind: 'Nbenv', what, why: '', todo: '' };
}
