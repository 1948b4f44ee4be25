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
 * A job that was not started because the person did not agree to what the notebook records.
 */
export class DeclinedError extends Error {
  constructor() {
    super('The notebook’s environment was not approved, so nothing was done.');
  }
}

/**
 * Return any error in the form that the views show.
 */
export function asProblem(error: unknown): IProblem {
  if (error instanceof ProblemError) {
    return error.problem;
  }
  const told = error instanceof ResponseError ? problemIn(error.body) : null;
  if (told) {
    return told;
  }
  const what = error instanceof Error ? error.message : String(error);
  return { kind: 'Nbenv', what, why: '', todo: '' };
}

/** Return the problem that the body of a response explains, or null. */
function problemIn(body: unknown): IProblem | null {
  const { kind, what, why, todo, digest, again } = (body ??
    {}) as Partial<IProblem>;
  return kind && what
    ? { kind, what, why: why ?? '', todo: todo ?? '', digest, again }
    : null;
}

/**
 * Tell whether something was refused because what the notebook records was not agreed to.
 */
export function isRefusal(error: unknown): boolean {
  return asProblem(error).kind === 'ApprovalNeeded';
}
