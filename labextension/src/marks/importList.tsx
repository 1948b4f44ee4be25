import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IMark } from '../api/marks';
import { Button } from '../ui/button';
import { offerLabel, offerSentence, markSentence } from './markWords';
import type { ICellMarks } from './store';

interface IListProps {
  marks: ICellMarks;
  trans: TranslationBundle;
  onChoose: (mark: IMark) => void;
  onInstall: () => void;
  close: () => void;
}

/**
 * The imports of a cell, in words: what its marks show, for those who cannot see or reach them.
 */
export function ImportList(props: IListProps): JSX.Element {
  const { trans, onChoose, onInstall, close } = props;
  const { marks, offered } = props.marks;
  return (
    <>
      <h3>{trans.__('Imports of this cell')}</h3>
      {marks.length === 0 && (
        <p>
          {trans.__(
            'No import of this cell is marked. Modules of Python itself, and notebooks in another kernel, have no marks.'
          )}
        </p>
      )}
      <ul className="jp-nbenv-Imports">
        {marks.map((mark, position) => (
          <li key={position}>
            <button type="button" onClick={() => onChoose(mark)}>
              {markSentence(mark, trans)}
            </button>
          </li>
        ))}
      </ul>
      <div className="jp-nbenv-Buttons">
        {offered.length > 0 && (
          <Button
            strong
            label={offerLabel(offered, trans)}
            title={offerSentence(offered, trans)}
            onClick={onInstall}
          />
        )}
        <Button label={trans.__('Close')} onClick={close} />
      </div>
    </>
  );
}
