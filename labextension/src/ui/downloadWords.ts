import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDownload } from '../api/answers';
import { bytes } from './text';

/**
 * Say what would be downloaded, to stand behind a comma: `download of 38.2 MB`.
 */
export function downloadWords(
  download: IDownload,
  trans: TranslationBundle
): string {
  const { count, unknown, isCertain } = download;
  if (count === 0) {
    return trans.__('nothing to download');
  }
  if (unknown === count) {
    return trans.__('download of unknown size');
  }
  const size = bytes(download.size);
  if (unknown) {
    return trans._n(
      'download of %2, plus %1 package of unknown size',
      'download of %2, plus %1 packages of unknown size',
      unknown,
      size
    );
  }
  return isCertain
    ? trans.__('download of %1', size)
    : trans.__('download of %1 at most', size);
}
