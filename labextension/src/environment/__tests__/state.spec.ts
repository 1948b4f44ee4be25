import { stateOf } from '../state';
import { job, status } from '../../__tests__/parts';

const stale = { name: 'six', old: '1', new: '2', module: 'six' };
const error = { kind: 'ApprovalNeeded', what: '', why: '', todo: '' };

describe('stateOf', () => {
  it.each([
    ['unknown', null],
    ['ready', status()],
    ['ready', status({ recorded: false, ready: false })],
    ['changed', status({ ready: false })],
    ['changed', status({ drift: [{ name: 'six', old: '1', new: '2' }] })],
    ['changed', status({ stale: ['six>=2'] })],
    ['restart', status({ environment: '/home/x/envs/work-2' })],
    ['restart', status({ environment: 'C:\\envs\\work-2' })],
    [
      'restart',
      status(
        { environment: null },
        { state: 'running', remote: true, behind: true }
      )
    ],
    [
      'ready',
      status({ environment: null }, { state: 'running', remote: true })
    ],
    ['none', status({ recorded: false }, { state: 'ordinary' })],
    ['other', status({}, { state: 'ordinary' })],
    ['stopped', status({}, { state: 'none' })],
    ['starting', status({}, { state: 'starting' })],
    ['approval', status({ ready: false }, { state: 'waiting', error })],
    [
      'failed',
      status(
        { ready: false },
        { state: 'waiting', error: { ...error, kind: 'Hash' } }
      )
    ],
    ['starting', status({ ready: true }, { state: 'waiting', error })]
  ])('is %s', (state, found) => {
    expect(stateOf(found, null, [])).toBe(state);
  });

  it('tells work before all else', () => {
    expect(stateOf(status(), job('build'), [])).toBe('restoring');
    expect(stateOf(status(), job('install'), [stale])).toBe('changing');
    expect(stateOf(status(), { ...job('install'), done: true }, [])).toBe(
      'ready'
    );
  });

  it('needs a restart when what is imported changed', () => {
    expect(stateOf(status(), null, [stale])).toBe('restart');
  });
});
