import { saveUnasked, type Context } from '../document';

/** A notebook that cannot be saved, and says when a save begins and ends. */
function savedSlowly(collaborative = false) {
  const said: string[] = [];
  const context = {
    model: { collaborative, readOnly: false },
    contentsModel: { writable: true },
    save: async () => {
      said.push('begins');
      await new Promise(done => setTimeout(done, 5));
      said.push('ended');
      throw new Error('no space');
    }
  } as unknown as Context;
  return { context, said };
}

it('saves once the last save has ended, also one that failed', async () => {
  const { context, said } = savedSlowly();
  const failed = [saveUnasked(context), saveUnasked(context)];
  for (const each of failed) {
    await expect(each).rejects.toThrow('no space');
  }
  expect(said).toEqual(['begins', 'ended', 'begins', 'ended']);
});

it('leaves what a server saves for all pages to the server', async () => {
  const { context, said } = savedSlowly(true);
  await saveUnasked(context);
  expect(said).toEqual([]);
});
