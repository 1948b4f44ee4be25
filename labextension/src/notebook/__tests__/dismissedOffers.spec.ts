import type { IStateDB } from '@jupyterlab/statedb';
import { status } from '../../__tests__/parts';
import type { IEnvironmentModel } from '../../tokens';
import { DismissedOffers } from '../dismissedOffers';

const KEY = 'jupyter-nbenv:turned-down';

function model(path: string, record = 'digest'): IEnvironmentModel {
  const found = status({ record });
  const parts = { path, status: found, dismiss: jest.fn() };
  return parts as unknown as IEnvironmentModel;
}

class Database {
  values: Record<string, unknown> = {};
  fetch = async (key: string) => this.values[key];
  save = async (key: string, value: unknown) => void (this.values[key] = value);
}

async function offers(database: Database): Promise<DismissedOffers> {
  const made = new DismissedOffers(database as unknown as IStateDB);
  await new Promise(resolve => setTimeout(resolve));
  return made;
}

describe('DismissedOffers', () => {
  it('knows them by notebook and record, also after a reload', async () => {
    const database = new Database();
    const dismissed = model('a.ipynb');
    (await offers(database)).add(dismissed);
    expect(dismissed.dismiss).toHaveBeenCalled();
    const reloaded = await offers(database);
    expect(reloaded.has(model('a.ipynb'))).toBe(true);
    expect(reloaded.has(model('a.ipynb', 'another'))).toBe(false);
    expect(reloaded.has(model('b.ipynb'))).toBe(false);
  });

  it('keeps the last 500', async () => {
    const database = new Database();
    const made = await offers(database);
    for (let number = 0; number < 510; number++) {
      made.add(model(`${number}.ipynb`));
    }
    const kept = database.values[KEY] as string[];
    expect(kept).toHaveLength(500);
    expect(kept[499]).toContain('509.ipynb');
  });

  it('works without a database, and with a foreign value', async () => {
    const alone = new DismissedOffers(null);
    alone.add(model('a.ipynb'));
    expect(alone.has(model('a.ipynb'))).toBe(true);
    const database = Object.assign(new Database(), { values: { [KEY]: 7 } });
    expect((await offers(database)).has(model('a.ipynb'))).toBe(false);
  });
});
