import type { Kernel } from '@jupyterlab/services';
import type { Client } from '../api/client';
import {
  askVariables,
  type IFailed,
  type ILoaded,
  type ISaved,
  type IVariables
} from './kernelVariables';

/** Milliseconds until a new kernel must have loaded what it is given; packages are imported. */
const LOADING = 120_000;

/**
 * What became of the variables of the former kernel.
 */
export interface ICarried {
  loaded: string[];
  failed: IFailed[];
}

/**
 * Takes variables from one kernel to the next.
 *
 * The first kernel writes them before it ends, the second one reads them once it runs. Only the page
 * knows the digest of what was written, so nothing else is unpickled.
 */
export class Carrying {
  constructor(private _client: Client) {}

  /**
   * Return what a kernel has, null where it does not say.
   */
  async list(kernel: Kernel.IKernelConnection): Promise<IVariables | null> {
    const code = await this._client.carryCode();
    const found = await askVariables<IVariables>(kernel, code, { ask: 'list' });
    return Array.isArray(found?.variables) ? found : null;
  }

  /**
   * Have a kernel save its variables; return the function by which another kernel loads them.
   *
   * Rejects when nothing could be saved; the kernel should then stay.
   */
  async save(
    kernel: Kernel.IKernelConnection
  ): Promise<(next: Kernel.IKernelConnection) => Promise<ICarried | null>> {
    const code = await this._client.carryCode();
    const file = await this._client.carryFile();
    // No limit of time: how large a file may become is limited, and a person can interrupt it.
    const question = { ask: 'save', file };
    const saved = await askVariables<ISaved & { error?: string }>(
      kernel,
      code,
      question,
      0
    );
    if (!saved?.digest) {
      throw new Error(saved?.error ?? '');
    }
    return async next => {
      const loaded = await askVariables<ILoaded>(
        next,
        code,
        { ask: 'load', file, digest: saved.digest },
        LOADING
      );
      return Array.isArray(loaded?.loaded)
        ? { ...loaded, failed: [...saved.failed, ...loaded.failed] }
        : null;
    };
  }
}
