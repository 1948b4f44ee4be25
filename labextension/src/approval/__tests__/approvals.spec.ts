import { Signal } from '@lumino/signaling';
import type { IStatus } from '../../api/answers';
import type { Client } from '../../api/client';
import { status } from '../../__tests__/parts';
import { nullTranslator } from '../../__tests__/translator';
import type { IEnvironmentModel } from '../../tokens';
import { Approvals, type Policy } from '../approvals';
import { askApproval } from '../dialog';

jest.mock('../dialog', () => ({ askApproval: jest.fn() }));

const asks = askApproval as jest.MockedFunction<typeof askApproval>;

/**
 * A model that needs approval, as far as approvals look at it.
 */
class Model {
  path = 'a.ipynb';
  state = 'approval';
  problem = null;
  status: IStatus;
  readonly changed = new Signal<this, void>(this);
  runs: string[] = [];
  run = async (verb: string) => void this.runs.push(verb);

  constructor(parts: Partial<IStatus> = {}) {
    this.status = status(parts);
  }
}

async function watched(
  model: Model,
  policy: Policy,
  agrees = false
): Promise<Model> {
  asks.mockReset().mockResolvedValue(agrees);
  const client = { preview: async () => null } as unknown as Client;
  const approvals = new Approvals(client, () => policy, nullTranslator);
  approvals.watch(model as unknown as IEnvironmentModel);
  approvals.watch(model as unknown as IEnvironmentModel);
  await changed(model);
  return model;
}

async function changed(model: Model): Promise<void> {
  model.changed.emit();
  await new Promise(resolve => setTimeout(resolve));
}

describe('Approvals', () => {
  it('restores what is agreed to', async () => {
    const model = await watched(new Model(), 'ask', true);
    expect(model.runs).toEqual(['restore']);
  });

  it('asks once for each record', async () => {
    const model = await watched(new Model(), 'ask');
    await changed(model);
    expect(asks).toHaveBeenCalledTimes(1);
    model.status = status({ record: 'another' });
    await changed(model);
    expect(asks).toHaveBeenCalledTimes(2);
    expect(model.runs).toEqual([]);
  });

  it('restores at once where that is the setting', async () => {
    const model = await watched(new Model(), 'always');
    expect(asks).not.toHaveBeenCalled();
    expect(model.runs).toEqual(['restore']);
  });

  it.each<[string, Policy, string]>([
    ['the setting', 'never', 'ask'],
    ['the server', 'always', 'never']
  ])('does nothing where %s says never', async (_, setting, policy) => {
    const model = await watched(new Model({ policy }), setting);
    expect(asks).not.toHaveBeenCalled();
    expect(model.runs).toEqual([]);
  });

  it('does nothing in other states', async () => {
    const model = await watched(
      Object.assign(new Model(), { state: 'ready' }),
      'always'
    );
    expect(model.runs).toEqual([]);
  });
});
