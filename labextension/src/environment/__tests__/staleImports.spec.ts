import type { IStale, JobResult } from '../../api/answers';
import { status } from '../../__tests__/parts';
import { StaleImports } from '../staleImports';

const STALE: IStale = { name: 'six', old: '1', new: '2', module: 'six' };
const RESULT: JobResult = {
  type: 'result',
  summary: '',
  changes: [STALE],
  data: null
};

/**
 * Imports of a kernel that runs, and what that kernel was asked.
 */
function running(answer: () => Promise<IStale[] | null>): {
  imports: StaleImports;
  asked: (JobResult | null)[];
} {
  const asked: (JobResult | null)[] = [];
  const imports = new StaleImports(result => {
    asked.push(result);
    return answer();
  });
  imports.follow('k', status());
  return { imports, asked };
}

describe('StaleImports', () => {
  it('asks once for each record', async () => {
    const { imports, asked } = running(async () => [STALE]);
    expect(await imports.ask('one')).toBe(true);
    expect(await imports.ask('one')).toBe(false);
    expect(await imports.ask('two')).toBe(true);
    expect(asked).toEqual([null, null]);
    expect(imports.packages).toEqual([STALE]);
  });

  it('asks no kernel that does not run', async () => {
    const { imports, asked } = running(async () => [STALE]);
    imports.follow('k', status({}, { state: 'waiting' }));
    expect(await imports.ask('one')).toBe(false);
    await imports.tell(RESULT);
    expect(asked).toEqual([]);
  });

  it.each([
    ['says nothing', async () => null],
    ['fails', () => Promise.reject(new Error('Canceled'))]
  ])('keeps what it knows when the kernel %s', async (_, answer) => {
    const { imports } = running(answer);
    imports.take([STALE]);
    expect(await imports.ask('one')).toBe(false);
    await imports.tell(RESULT);
    expect(imports.packages).toEqual([STALE]);
  });

  it('tells the kernel only of changes', async () => {
    const { imports, asked } = running(async () => [STALE]);
    await imports.tell({ ...RESULT, changes: [] });
    expect(asked).toEqual([]);
    await imports.tell(RESULT);
    expect(asked).toEqual([RESULT]);
    expect(imports.packages).toEqual([STALE]);
  });

  it.each([
    ['another kernel', 'other', { environment: 'work-1' }],
    ['a restarted one', 'k', { environment: 'work-1', started: 2 }],
    ['another environment', 'k', { environment: 'work-2' }]
  ])('forgets with %s', (_, kernel, parts) => {
    const { imports } = running(async () => null);
    imports.take([STALE]);
    imports.follow('k', status());
    expect(imports.packages).toEqual([STALE]);
    imports.follow(kernel, status({}, { state: 'running', ...parts }));
    expect(imports.packages).toEqual([]);
  });

  it('drops an answer that comes after a restart', async () => {
    let answer: (found: IStale[]) => void = () => undefined;
    const { imports } = running(
      () => new Promise(resolve => (answer = resolve))
    );
    const asked = imports.ask('one');
    imports.forget();
    answer([STALE]);
    expect(await asked).toBe(false);
    expect(imports.packages).toEqual([]);
  });
});
