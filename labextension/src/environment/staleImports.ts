import type { IStale, IStatus, JobResult } from '../api/answers';
import { readStale } from './kernelReplies';

/**
 * Asks the notebook's kernel; see `askKernel`.
 */
export type AskKernel = (result: JobResult | null) => Promise<IStale[] | null>;

/**
 * The packages that a running kernel imported before they changed.
 *
 * They belong to one kernel process and are forgotten with it.
 */
export class StaleImports {
  constructor(private _ask: AskKernel) {}

  get packages(): IStale[] {
    return this._packages;
  }

  /**
   * Note which process the kernel is; forget what another one imported.
   */
  follow(kernel: string, { kernel: found }: IStatus): void {
    const { state, started = '', environment } = found;
    const process =
      state === 'running' ? `${kernel} ${started} ${environment}` : '';
    if (process !== this._process) {
      this._process = process;
      this.forget();
    }
  }

  forget(): void {
    this._packages = [];
    this._asked = '';
  }

  /**
   * Ask the kernel once for each record: another browser may have changed the environment, or this
   * page before it was reloaded.
   *
   * Resolves to whether the kernel answered.
   */
  async ask(record: string | null): Promise<boolean> {
    const question = this._process && `${this._process} ${record}`;
    if (!question || question === this._asked) {
      return false;
    }
    this._asked = question;
    const answer = await this._ask(null).catch(() => null);
    if (!answer || question !== this._asked) {
      return false; // meanwhile the kernel was replaced
    }
    this._packages = answer;
    return true;
  }

  /**
   * Let the kernel see the changes that a job made, and take its answer.
   */
  async tell(result: JobResult): Promise<void> {
    if (result.changes?.length && this._process) {
      const answer = await this._ask(result).catch(() => null);
      this._packages = answer ?? this._packages;
    }
  }

  /**
   * Take the list that a command in a cell gave, or the kernel; return whether it is one.
   */
  take(value: unknown): boolean {
    const list = readStale(value);
    this._packages = list ?? this._packages;
    return list !== null;
  }

  private _packages: IStale[] = [];
  private _process = '';
  private _asked = '';
}
