import { job } from '../../__tests__/parts';
import { Client } from '../client';
import { FormError, ProblemError } from '../errors';
import { shaped } from '../shape';

function clientWith(
  answers: Record<string, unknown>,
  lines: unknown[] = []
): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const client = new Client({
    ask: async (path, init) => {
      asked.push(`${init?.method ?? 'GET'} ${path} ${init?.body ?? ''}`.trim());
      return answers[path.split('?')[0]];
    },
    lines: async function* () {
      yield* lines;
    }
  });
  return { client, asked };
}

describe('shaped', () => {
  it.each([null, 'text', {}, { version: 3 }, { version: null }])(
    'refuses %j',
    answer => {
      expect(() => shaped(answer, { version: 'string' }, 'version')).toThrow(
        FormError
      );
    }
  );

  it('tells arrays from objects', () => {
    expect(() => shaped({ drift: {} }, { drift: 'array' }, 'status')).toThrow(
      'has no drift'
    );
  });
});

describe('Client', () => {
  it('sends what is typed in a body', async () => {
    const { client, asked } = clientWith({
      requirement: { message: '', requirements: [], suggestions: [] }
    });
    expect((await client.typed('a>=1 ; b&c')).message).toBe('');
    expect(asked).toEqual(['POST requirement {"text":"a>=1 ; b&c"}']);
  });

  it('sends words and flags of a job', async () => {
    const { client, asked } = clientWith({ jobs: job('install') });
    await client.start('a.ipynb', 'install', ['six'], ['dry-run']);
    expect(asked).toEqual([
      'POST jobs {"path":"a.ipynb","verb":"install","words":["six"],"flags":["dry-run"]}'
    ]);
  });

  it('gives the result of a query', async () => {
    const { client } = clientWith({ jobs: job('outdated') }, [
      { type: 'progress', phase: 'resolve', message: '…' },
      { type: 'result', summary: '', changes: [], data: [{ name: 'six' }] }
    ]);
    expect((await client.query('a.ipynb', 'outdated')).data).toEqual([
      { name: 'six' }
    ]);
  });

  it('throws what a query failed with', async () => {
    const problem = { kind: 'Resolution', what: 'No.', why: '', todo: '' };
    const { client } = clientWith({ jobs: job('outdated') }, [
      { type: 'error', ...problem }
    ]);
    await expect(client.query('a.ipynb', 'outdated')).rejects.toThrow(
      ProblemError
    );
  });

  it('says when a job ended without a result', async () => {
    const { client } = clientWith({ jobs: job('outdated') });
    await expect(client.query('a.ipynb', 'outdated')).rejects.toThrow(
      'no result'
    );
  });

  it('sends what was agreed to', async () => {
    const { client, asked } = clientWith({ jobs: job('restore') });
    await client.start('a.ipynb', 'restore', [], [], 'seen');
    expect(asked).toEqual([
      'POST jobs {"path":"a.ipynb","verb":"restore","words":[],"flags":[],"digest":"seen"}'
    ]);
  });

  it('asks no index for a preview, unless for sizes', async () => {
    const { client, asked } = clientWith({ jobs: job('restore') }, [
      { type: 'result', data: { digest: 'seen' } }
    ]);
    expect((await client.preview('a.ipynb')).digest).toBe('seen');
    await client.preview('a.ipynb', true);
    expect(asked.map(each => JSON.parse(each.slice(10)).flags)).toEqual([
      ['dry-run', 'no-sizes'],
      ['dry-run']
    ]);
  });

  it('posts jobs without an agreement only to look', async () => {
    const jobs: string[] = [];
    const { client } = clientWith({});
    client.start = async (_, verb, __, flags) => {
      jobs.push([verb, ...flags].join(' '));
      throw new Error('enough');
    };
    const methods = Object.getOwnPropertyNames(Client.prototype).filter(
      name => !/^_|^(constructor|start|query|events)$/.test(name)
    );
    for (const name of methods) {
      const call = client[name as keyof Client] as (
        ...words: unknown[]
      ) => Promise<unknown>;
      await call.call(client, 'a.ipynb', {}).catch(() => undefined);
    }
    expect(jobs).toEqual(['restore dry-run', 'export']);
  });
});
