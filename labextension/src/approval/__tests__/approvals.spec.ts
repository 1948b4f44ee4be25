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
  review = async () => void this.runs.push('review');

  constructor(parts: Partial<IStatus> = {}) {
    this.status = status(parts);
  }
}

function approvals(policy: Policy): Approvals {
  const client = {
    preview: async () => ({ digest: 'previewed' })
  } as unknown as Client;
  return new Approvals(client, () => policy, nullTranslator);
}

async function watched(model: Model, policy: Policy): Promise<Model> {
  const watching = approvals(policy);
  watching.watch(model as unknown as IEnvironmentModel);
  watching.watch(model as unknown as IEnvironmentModel);
  await changed(model);
  return model;
}

async function changed(model: Model): Promise<void> {
  model.changed.emit();
  await new Promise(resolve => setTimeout(resolve));
}

describe('Approvals.watch', () => {
  it('reviews each record once', async () => {
    const model = await watched(new Model(), 'ask');
    await changed(model);
    expect(model.runs).toEqual(['review']);
    model.status = status({ record: 'another' });
    await changed(model);
    expect(model.runs).toEqual(['review', 'review']);
  });

  it('restores at once where that is the setting', async () => {
    const model = await watched(new Model(), 'always');
    expect(model.runs).toEqual(['restore']);
  });

  it.each<[string, Policy, string]>([
    ['the setting', 'never', 'ask'],
    ['the server', 'always', 'never']
  ])('does nothing where %s says never', async (_, setting, policy) => {
    const model = await watched(new Model({ policy }), setting);
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

describe('Approvals.approve', () => {
  const question = { verb: 'install', isForced: false, isChanged: false };
  const model = (parts: Partial<IStatus> = {}) =>
    new Model(parts) as unknown as IEnvironmentModel;

  beforeEach(() => asks.mockReset().mockResolvedValue('shown'));

  it('returns the digest of what the dialog showed', async () => {
    expect(await approvals('ask').approve(model(), question)).toBe('shown');
    expect(asks.mock.calls[0][0]).toMatchObject({ path: 'a.ipynb', question });
  });

  it('returns null when the dialog was declined', async () => {
    asks.mockResolvedValue(null);
    expect(await approvals('ask').approve(model(), question)).toBeNull();
  });

  it('shows one dialog about a notebook at a time', async () => {
    const both = approvals('ask');
    const one = model();
    const first = both.approve(one, question);
    expect(await both.approve(one, question)).toBeNull();
    expect(await both.approve(model(), question)).toBe('shown');
    expect(await first).toBe('shown');
    expect(await both.approve(one, question)).toBe('shown');
  });

  it('agrees to what is there where the setting is always', async () => {
    const digest = await approvals('always').approve(model(), question);
    expect(digest).toBe('previewed');
    expect(asks).not.toHaveBeenCalled();
  });

  it.each([
    ['a forced question', { isForced: true }, 'ask'],
    ['the server', {}, 'never']
  ])('shows the dialog all the same for %s', async (_, more, policy) => {
    const asked = { ...question, ...more };
    const approving = approvals('always');
    expect(await approving.approve(model({ policy }), asked)).toBe('shown');
  });
});
