import type { Contents } from '@jupyterlab/services';

/** Milliseconds for which a file that nobody writes stays as it is. */
const STILL = 250;
/** How often to look; a large notebook on a slow disk takes seconds to be written. */
const LOOKS = 20;

/**
 * Wait until a notebook's file is no longer being written, or for a few seconds.
 *
 * A server writes it in place: whoever reads it meanwhile gets a part of it, or nothing at all. It
 * empties the file before it makes the text, which takes long on a busy machine. A notebook that
 * another page has just saved is often saved again at once.
 */
export async function settled(
  contents: Pick<Contents.IManager, 'get'>,
  path: string
): Promise<void> {
  let before = '';
  for (let look = 0; look < LOOKS; look++) {
    const model = await contents.get(path, { content: false });
    if (model.last_modified === before && model.size !== 0) {
      return;
    }
    before = model.last_modified;
    await new Promise(resolve => setTimeout(resolve, STILL));
  }
}
