import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPastChange } from '../api/answers';

/**
 * The changes of the environment, the newest first; what was undone stands above, in grey.
 */
export function HistoryList(props: {
  past: IPastChange[];
  trans: TranslationBundle;
}): JSX.Element {
  const { past, trans } = props;
  return (
    <section className="jp-nbenv-History" aria-label={trans.__('History')}>
      <ol tabIndex={past.length > 6 ? 0 : -1}>
        {past.map((each, position) => (
          <li key={position} className={each.undone ? 'jp-mod-undone' : ''}>
            <span>
              {each.undone ? trans.__('%1 (undone)', each.text) : each.text}
            </span>
            {each.at && (
              <time
                dateTime={each.at}
                title={new Date(each.at).toLocaleString()}
              >
                {when(new Date(each.at), new Date(), trans)}
              </time>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/**
 * Return when something was, as people say it: the time of today, else the day.
 */
export function when(date: Date, now: Date, trans: TranslationBundle): string {
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (days === 0) {
    return date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  }
  if (days === 1) {
    return trans.__('yesterday');
  }
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString([], { day: 'numeric', month: 'short', year });
}

function midnight(date: Date): number {
  return new Date(date).setHours(0, 0, 0, 0);
}
