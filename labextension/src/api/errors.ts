/**
 * An answer of the server's that is an error: its status and what its body said.
 */
export class AnswerError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly body: unknown = null
  ) {
    super(message);
  }
}
