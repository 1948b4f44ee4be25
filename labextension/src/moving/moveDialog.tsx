import { Dialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { asProblem } from '../api/errors';
import { findRequirements } from '../environment/findRequirements';
import type { IEnvironmentModel } from '../tokens';
import { ConsentDialog } from '../ui/consentDialog';
import { DialogBody } from '../ui/dialogBody';
import { problemText } from '../ui/text';
import { useAsync } from '../ui/useAsync';
import type { IVariables } from './kernelVariables';
import { LostVariables, type Start } from './lostVariables';
import { WhatIsNeeded, type IMissing } from './whatIsNeeded';

/** What a person has chosen where no variable would be lost. */
export const NOTHING_LOST: IMoveChoice = { start: 'empty', day: null };

/**
 * What a person has chosen.
 */
export interface IMoveChoice {
  start: Start;
  /** The day whose versions are wanted, null for the newest ones. */
  day: string | null;
  /** Whether the notebook's cells need anything. */
  findsAny?: boolean;
}

interface IMoveProps {
  model: IEnvironmentModel;
  /** The name of the present kernel. */
  kernel: string;
  /** The package to install, for a notebook that records nothing; else null. */
  missing: IMissing | null;
  /** How many cells are run again. */
  cells: number;
  /** How many other cells ran in the present kernel. */
  ran: number;
  /** Ask the present kernel what it has. */
  list: () => Promise<IVariables | null>;
  trans: TranslationBundle;
}

interface IBodyProps extends IMoveProps {
  /** Called with what would be agreed to, null while that is not shown. */
  onChoice: (choice: IMoveChoice | null) => void;
}

class MoveBody extends DialogBody {
  constructor(private _props: IBodyProps) {
    super(_props.trans.__('What would happen'), 'jp-nbenv-Move');
  }

  render(): JSX.Element {
    return <Body {...this._props} />;
  }
}

function Body(props: IBodyProps): JSX.Element {
  const { model, kernel, missing, cells, ran, trans, list, onChoice } = props;
  const [day, setDay] = React.useState<string | null>(null);
  // Cells that run again need what those before them made.
  const [chosen, setStart] = React.useState<Start>(
    cells && ran ? 'cells' : 'empty'
  );
  const adopts = missing !== null;
  const first = useAsync(
    adopts ? () => findRequirements(model, day) : null,
    [model, day],
    { keeps: true }
  );
  const isShown = first.value !== null && !first.isPending;
  const sized = useAsync(
    adopts && isShown ? () => findRequirements(model, day, true) : null,
    [model, day, isShown]
  );
  const listed = useAsync(list, []);
  const start = listed.value?.count === 0 ? 'empty' : chosen;
  const found = sized.value ?? first.value;
  const isFound = !adopts || (found !== null && !first.isPending);
  const isReady = isFound && !listed.isPending;
  const findsAny = (found?.found.length ?? 0) > 0;
  const digest = found?.digest;
  React.useEffect(
    () => onChoice(isReady ? { start, day, findsAny } : null),
    [isReady, start, day, findsAny, digest]
  );
  const name = PathExt.basename(model.path);
  return (
    <div>
      <p>
        {adopts
          ? trans.__(
              'nbenv gives %1 an environment of its own, records it in the notebook, and switches the notebook to the kernel Python (own environment). The kernel %2 and its packages stay as they are.',
              name,
              kernel
            )
          : trans.__(
              '%1 switches from the kernel %2 to Python (own environment), which runs in the environment that the notebook carries.',
              name,
              kernel
            )}
      </p>
      {missing && found && (
        <WhatIsNeeded
          found={found}
          missing={missing}
          isAsking={sized.isPending}
          day={day}
          onDay={setDay}
          trans={trans}
        />
      )}
      {adopts && first.isPending && (
        <p role="status">{trans.__('Reading the cells…')}</p>
      )}
      {first.error !== null && (
        <pre className="jp-nbenv-Approval-problem" role="alert">
          {problemText(asProblem(first.error))}
        </pre>
      )}
      <LostVariables
        listed={listed}
        ran={ran}
        start={start}
        onStart={setStart}
        trans={trans}
      />
      {cells > 0 && (
        <p>
          {trans._n(
            'Then %1 cell runs again.',
            'Then %1 cells run: the one that failed, and what was waiting behind it.',
            cells
          )}
        </p>
      )}
    </div>
  );
}

/**
 * Show what moving a notebook to its own kernel installs and loses; resolve to what the person
 * chose, or to null. Escape and closing the dialog mean no.
 */
export async function askMove(props: IMoveProps): Promise<IMoveChoice | null> {
  const { trans, missing } = props;
  let chosen: IMoveChoice | null = null;
  let shown = '';
  const onChoice = (choice: IMoveChoice | null) => {
    chosen = choice;
    const now = choice ? JSON.stringify({ ...choice, start: null }) : '';
    if (now !== shown) {
      shown = now;
      dialog.allow(choice !== null);
    }
  };
  const dialog = new ConsentDialog(
    {
      title: missing
        ? trans.__('Give this notebook its own environment?')
        : trans.__('Switch to the notebook’s own kernel?'),
      body: new MoveBody({ ...props, onChoice }),
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({
          label: missing ? trans.__('Install and switch') : trans.__('Switch')
        })
      ]
    },
    false
  );
  return (await dialog.ask()) ? chosen : null;
}
