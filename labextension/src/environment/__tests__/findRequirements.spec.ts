import { RequirementSearch } from '../findRequirements';

/** A notebook that is saved when asked, or refuses. */
function parts(isDirty: boolean, isNamed = true, fails = false) {
  const done: string[] = [];
  const document = {
    isDirty,
    isNamed,
    save: async () => {
      done.push('save');
      if (fails) {
        throw new Error('read-only');
      }
    }
  };
  const search = new RequirementSearch(document, () => done.push('changed'));
  return { search, done };
}

describe('a search for requirements', () => {
  it.each([
    [true, true, ['save', 'changed']],
    [false, true, ['changed']],
    [true, false, ['changed']] // Lab would ask for a name
  ])('saves what changed first: %s, %s', async (isDirty, isNamed, expected) => {
    const { search, done } = parts(isDirty, isNamed);
    await search.begin();
    expect(done).toEqual(expected);
    expect(search.count).toBe(1);
  });

  it('reads the file as it is where that cannot be saved', async () => {
    const { search } = parts(true, true, true);
    await search.begin();
    expect(search.count).toBe(1);
  });

  it('is counted, so that one can search again', async () => {
    const { search, done } = parts(false);
    await search.begin();
    await search.begin();
    expect(search.count).toBe(2);
    search.end();
    expect(search.count).toBe(0);
    expect(done).toEqual(['changed', 'changed', 'changed']);
  });
});
