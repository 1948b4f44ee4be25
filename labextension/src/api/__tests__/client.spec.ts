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
    const { client, asked } = clientWith({ requirement: { message: '' } });
    expect(await client.requirementError('a>=1 ; b&c')).toBe('');
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
    expect(await client.outdated('a.ipynb')).toEqual([{ name: 'six' }]);
  });

  it('throws what a query failed with', async () => {
    const problem = { kind: 'Resolution', what: 'No.', why: '', todo: '' };
    const { client } = clientWith({ jobs: job('outdated') }, [
      { type: 'error', ...problem }
    ]);
    await expect(client.outdated('a.ipynb')).rejects.toThrow(ProblemError);
  });

  it('says when a job ended without a result', async () => {
    const { client } = clientWith({ jobs: job('outdated') });
    await expect(client.outdated('a.ipynb')).rejects.toThrow('no result');
  });
});
