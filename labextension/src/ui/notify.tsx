import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { plain } from './text';

/** The characters of a notification that Lab shows: it cuts off what is longer. */
const MOST = 140;

type Kind = 'error' | 'warning' | 'info' | 'success';

/**
 * Show a notification that stays until it is closed, with a button for what does not fit into it.
 */
export function notify(
  kind: Kind,
  text: string,
  trans: TranslationBundle,
  details: string[] = []
): void {
  const rest = details.length > 0 ? details : text.length > MOST ? [text] : [];
  Notification.emit(shortened(text), kind, {
    autoClose: false,
    actions: rest.length
      ? [
          {
            label: trans.__('Show all'),
            callback: () =>
              void showAll(details.length ? text : '', rest, trans)
          }
        ]
      : []
  });
}

/**
 * Return a text that Lab shows whole: its beginning up to a word.
 */
export function shortened(text: string): string {
  if (text.length <= MOST) {
    return text;
  }
  const cut = text.slice(0, MOST - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), MOST / 2))}…`;
}

async function showAll(
  title: string,
  lines: string[],
  trans: TranslationBundle
): Promise<void> {
  await showDialog({
    title: title || trans.__('nbenv'),
    body:
      lines.length > 1 ? (
        <ul>
          {lines.map((line, number) => (
            <li key={number}>{plain(line)}</li>
          ))}
        </ul>
      ) : (
        <p>{plain(lines[0])}</p>
      ),
    buttons: [Dialog.okButton()]
  });
}
