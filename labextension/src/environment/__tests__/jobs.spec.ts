import { Jobs } from '../jobs';

const job = (verb: string) => ({ id: '', verb, words: [], done: false });
const event = (phase: string, message = phase) => ({
  type: 'progress' as const,
  phase,
  message
});

describe('the jobs of a notebook', () => {
  it('wait behind the one that is running', () => {
    const jobs = new Jobs();
    const first = jobs.begin(job('install'));
    const second = jobs.begin(job('undo'));
    expect(jobs.current).toBe(first);
    expect(jobs.waiting).toEqual([second.job]);
    jobs.take(first, event('install'));
    jobs.end(first);
    expect(jobs.current).toBe(second);
    jobs.take(second, event('resolve'));
    expect(second.phase).toBe('resolve');
    jobs.end(second);
    expect([jobs.current, jobs.waiting]).toEqual([null, []]);
  });

  it('show what runs, in whatever order the page learnt of it', () => {
    const jobs = new Jobs();
    const own = jobs.begin(job('install'));
    jobs.take(own, event('queued'));
    const found = jobs.begin(job('build'));
    jobs.take(found, event('create'));
    expect(jobs.current).toBe(found);
    expect(jobs.waiting).toEqual([own.job]);
  });

  it('are shown once where the same was asked for twice', () => {
    const jobs = new Jobs();
    const [first, second, third] = [1, 2, 3].map(() =>
      jobs.begin(job('install'))
    );
    expect(jobs.waiting).toHaveLength(2); // the server has not answered yet
    first.job = second.job = { ...job('install'), id: 'a' };
    expect(jobs.waiting).toEqual([third.job]);
    third.job = { ...job('undo'), id: 'b' };
    expect(jobs.waiting).toEqual([third.job]);
  });

  it('have phases that never go back', () => {
    const jobs = new Jobs();
    const progress = jobs.begin(job('install'));
    const shown = ['resolve', 'install', 'resolve', 'waiting', 'install'].map(
      phase => {
        jobs.take(progress, event(phase));
        return [progress.phase, progress.message];
      }
    );
    expect(shown.slice(0, 3)).toEqual([
      ['resolve', 'resolve'],
      ['install', 'install'],
      ['install', 'resolve']
    ]);
    expect(shown[4][0]).toBe('install');
  });

  it('forget the bytes of a step that has ended', () => {
    const jobs = new Jobs();
    const progress = jobs.begin(job('install'));
    jobs.take(progress, { ...event('install'), done: 1, total: 2, left: 3 });
    expect(progress).toMatchObject({ done: 1, total: 2, left: 3 });
    jobs.take(progress, event('install'));
    expect(progress.total).toBeUndefined();
  });
});
