import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { INDEX, type IFix, type IProblem } from '../api/answers';
import { askIndex } from './askIndex';
import { Button } from './button';
import { confirmPython } from './confirmPython';

/** The characters of a path or an address that a button shows. */
const MOST = 40;

/**
 * The ways out of a problem.
 */
export interface IWaysOut {
  problem: IProblem;
  trans: TranslationBundle;
  /** Make one of the problem's fixes. */
  onFix: (fix: IFix) => void;
  /** Ask for the same again; null where nobody knows what was asked for. */
  onAgain: (() => void) | null;
}

/**
 * Tell whether a problem has buttons that say what to do.
 */
export function hasWayOut({ problem, onAgain }: IWaysOut): boolean {
  return !!problem.fixes?.length || isToBeTriedAgain(problem, onAgain);
}

function isToBeTriedAgain(problem: IProblem, onAgain: unknown): boolean {
  return problem.again === true && onAgain !== null;
}

/**
 * A button for each way out of a problem. Another Python is asked about first, and an index for its
 * address.
 */
export function FixButtons(props: IWaysOut): JSX.Element {
  const { problem, trans, onFix, onAgain } = props;
  const take = async (fix: IFix) => {
    if (fix.kind === 'index') {
      const index = await askIndex(fix.about[0], trans);
      if (index) {
        onFix({ ...fix, flags: [...fix.flags, `${INDEX}${index}`] });
      }
    } else if (
      fix.kind !== 'python' ||
      (await confirmPython(fix.words[0], trans))
    ) {
      onFix(fix);
    }
  };
  return (
    <>
      {problem.fixes?.map((fix, number) => (
        <Button
          key={`${fix.kind} ${fix.about.join()}`}
          strong={number === 0 && fix.kind !== 'index'}
          label={fixLabel(fix, trans)}
          title={fix.words.join(' ')}
          onClick={() => void take(fix)}
        />
      ))}
      {onAgain && isToBeTriedAgain(problem, onAgain) && (
        <Button strong label={trans.__('Try again')} onClick={onAgain} />
      )}
    </>
  );
}

/** Shorten a path or an address to what tells it from others: its end. */
function shortened(text: string): string {
  return text.length > MOST ? `…${text.slice(1 - MOST)}` : text;
}

function fixLabel({ kind, about }: IFix, trans: TranslationBundle): string {
  const names = about.join(', ');
  switch (kind) {
    case 'instead':
      return trans.__('Add %1 instead', shortened(names));
    case 'without':
      return trans.__('Leave out %1', shortened(names));
    case 'also':
      return trans.__('Add %1 from its address, too', names);
    case 'loosen':
      return trans.__('Allow any version of %1', names);
    case 'index':
      return trans.__('From another index…');
    case 'python':
      return trans.__('Switch to Python %1…', names);
  }
}
