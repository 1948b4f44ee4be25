import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFix, IProblem } from '../api/answers';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { FixButtons, hasWayOut } from '../ui/fixButtons';
import { problemText } from '../ui/text';
import { ChangeRequests, type IChangeRequest } from './changeRequests';

interface IFixesProps {
  problem: IProblem;
  model: IEnvironmentModel;
  request: IChangeRequest;
  trans: TranslationBundle;
  onRequest: (request: IChangeRequest) => void;
}

/**
 * Why a change is not possible, and a button for each way out, which leads to another preview.
 */
export function ProblemFixes(props: IFixesProps): JSX.Element {
  const { problem, model, request, trans, onRequest } = props;
  const again = () => onRequest({ ...request });
  const take = async (fix: IFix) => {
    if (fix.kind === 'python') {
      await runShown(model, fix.verb, fix.words);
      again();
    } else {
      const { words, flags } = fix;
      onRequest(new ChangeRequests(trans).add(words, flags));
    }
  };
  const ways = {
    ...{ problem, trans, onAgain: again },
    onFix: (fix: IFix) => void take(fix)
  };
  // The buttons say what to do.
  const told = problem.fixes?.length ? { ...problem, todo: '' } : problem;
  return (
    <>
      <p className="jp-nbenv-Trouble" role="alert">
        {problemText(told)}
      </p>
      {hasWayOut(ways) && (
        <div className="jp-nbenv-Buttons jp-nbenv-Fixes">
          <FixButtons {...ways} />
        </div>
      )}
    </>
  );
}
