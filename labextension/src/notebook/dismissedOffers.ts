import type { IStateDB } from '@jupyterlab/statedb';
import type { IEnvironmentModel } from '../tokens';

/** The key in Lab's state database; older versions have written it. */
const KEY = 'jupyter-nbenv:turned-down';
/** How many are remembered: the database is read at every start of Lab. */
const KEPT = 500;

/**
 * The dismissed offers to switch the kernel or to find requirements; they stay dismissed after a
 * reload, until the notebook's record changes.
 */
export class DismissedOffers {
  constructor(private _database: IStateDB | null) {
    void _database?.fetch(KEY).then(found => {
      if (Array.isArray(found)) {
        found.forEach(each => this._known.add(String(each)));
      }
    });
  }

  has(model: IEnvironmentModel): boolean {
    return this._known.has(keyOf(model));
  }

  add(model: IEnvironmentModel): void {
    this._known.add(keyOf(model));
    void this._database?.save(KEY, [...this._known].slice(-KEPT));
    model.dismiss();
  }

  private _known = new Set<string>();
}

function keyOf(model: IEnvironmentModel): string {
  return `${model.path} ${model.status?.record ?? ''}`;
}
