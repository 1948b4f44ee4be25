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
  /** Leave it. */
  onEnd: () => void;
}

/**
 * Why a change is not possible, and a button for each way out, which leads to another preview.
 */
export function ProblemFixes(props: IFixesProps): JSX.Element {
  const { problem, model, request, trans, onRequest, onEnd } = props;
  const requests = new ChangeRequests(trans);
  const again = () => onRequest({ ...request });
  const take = async (fix: IFix) => {
    if (fix.kind === 'python') {
      await runShown(model, fix.verb, fix.words);
      if (!fix.then) {
        again();
      } else if (fix.then.length) {
        onRequest(requests.add(fix.then));
      } else {
        onEnd(); // nothing else was asked for
      }
    } else {
      onRequest(requests.add(fix.words, fix.flags));
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
