import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IProgress } from '../tokens';
import { bytes } from './text';

interface IBarProps {
  progress: IProgress;
  trans: TranslationBundle;
}

/**
 * How much of a download has come: a bar, the bytes, and the time left; nothing where that is not
 * known.
 */
export function DownloadBar({
  progress,
  trans
}: IBarProps): JSX.Element | null {
  const { done = 0, total, left } = progress;
  if (!total) {
    return null;
  }
  const sizes = trans.__('%1 of %2', bytes(done), bytes(total));
  const text =
    left === undefined
      ? sizes
      : trans.__('%1, %2 left', sizes, duration(left, trans));
  const percent = Math.floor((100 * done) / total);
  return (
    <span className="jp-nbenv-Download">
      <span
        className="jp-nbenv-Bar"
        role="progressbar"
        aria-label={trans.__('Download')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={text}
      >
        <span style={{ width: `${percent}%` }} />
      </span>
      <span className="jp-nbenv-Download-text">{text}</span>
    </span>
  );
}

/**
 * Return a number of seconds as people say it: `2 min 5 s`.
 */
export function duration(seconds: number, trans: TranslationBundle): string {
  return seconds < 60
    ? trans.__('%1 s', seconds)
    : trans.__('%1 min %2 s', Math.floor(seconds / 60), seconds % 60);
}
