import type { IStateDB } from '@jupyterlab/statedb';
import type { IEnvironmentModel } from '../tokens';

const KEY = 'jupyter-nbenv:turned-down';
const KEPT = 500;

/**
 * The offers to change the kernel, or to find what is needed, that were turned down: each is made once, also after a reload.
 */
export class TurnedDown {
  constructor(private _database: IStateDB | null) {
    void _database?.fetch(KEY).then(found => {
      if (Array.isArray(found)) {
        found.forEach(each => this._known.add(String(each)));
      }
    });
  }

  has(model: IEnvironmentModel): boolean {
    return this._known.has(name(model));
  }

  add(model: IEnvironmentModel): void {
    this._known.add(name(model));
    void this._database?.save(KEY, [...this._known].slice(-KEPT));
    model.dismiss();
  }

  private _known = new Set<string>();
}

function name(model: IEnvironmentModel): string {
  return `${model.path} ${model.status?.record ?? ''}`;
}
