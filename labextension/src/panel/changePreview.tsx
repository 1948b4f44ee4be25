import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IChange, IDownload } from '../api/answers';
import { readBuilt, readDownload } from '../api/download';
import { asProblem } from '../api/errors';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { downloadWords } from '../ui/downloadWords';
import { jobWords } from '../ui/jobWords';
import { changeLine, plain } from '../ui/text';
import { useAsync } from '../ui/useAsync';
import type { IChangeRequest } from './changeRequests';
import { ProblemFixes } from './problemFixes';

interface IPreviewProps {
  model: IEnvironmentModel;
  request: IChangeRequest;
  /** Whether to make the change as soon as it is known to be possible. */
  isConfirmed: boolean;
  trans: TranslationBundle;
  onApply: () => void;
  onEnd: () => void;
  /** Show another request instead. */
  onRequest: (request: IChangeRequest) => void;
  /** Whether the focus moves here. */
  takesFocus: boolean;
  /** Return to the field that it comes from, whose text is as it was; null for others. */
  onEdit: (() => void) | null;
}

/**
 * What a change would do, and the choice to make it: Enter makes it and Escape does not.
 *
 * While something else changes the environment, nobody can tell: the change can be made unseen, and
 * then begins afterwards.
 */
export function ChangePreview(props: IPreviewProps): JSX.Element {
  const { model, request, isConfirmed, trans, onApply, onEnd, onEdit } = props;
  const { verb, words, flags } = request;
  const section = React.useRef<HTMLElement>(null);
  const before = model.progress?.job ?? null;
  const { value, error } = useAsync(
    before ? null : () => model.ask(verb, words, [...flags, 'dry-run']),
    [model, request, before === null]
  );
  const isThere = value !== null && isRecorded(value.data, request, model);
  const isPossible = value
    ? value.changes.length > 0 || (request.records && !isThere)
    : before !== null;
  React.useEffect(() => {
    if (isConfirmed && isPossible) {
      onApply();
    }
  }, [isConfirmed, isPossible]);
  React.useEffect(() => {
    if (props.takesFocus) {
      section.current?.focus();
    }
    section.current?.scrollIntoView?.({ block: 'nearest' });
  }, [request, isPossible]);
  const press = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onEnd();
    } else if (event.key === 'Enter' && event.target === section.current) {
      event.preventDefault();
      if (isPossible) {
        onApply();
      }
    }
  };
  return (
    <section
      ref={section}
      className="jp-nbenv-Proposal"
      tabIndex={-1}
      aria-label={trans.__('Preview of the changes')}
      onKeyDown={press}
    >
      <h3>{request.title}</h3>
      {error ? (
        <ProblemFixes {...props} problem={asProblem(error)} />
      ) : value ? (
        <Changes
          changes={value.changes}
          download={readDownload(value.data)}
          built={readBuilt(value.data)}
          nothing={
            isThere ? trans.__('Already among your packages.') : request.nothing
          }
          trans={trans}
        />
      ) : before ? (
        <p role="status">
          {trans.__('This begins after: %1', jobWords(before, trans))}
        </p>
      ) : (
        <p role="status">{trans.__('Checking what would change…')}</p>
      )}
      <div className="jp-nbenv-Buttons">
        {!error && (value === null || isPossible) && (
          <Button
            strong
            label={request.label}
            disabled={!isPossible}
            onClick={onApply}
          />
        )}
        {error && onEdit ? (
          <Button
            label={trans.__('Edit')}
            title={trans.__('Change what is typed above')}
            onClick={onEdit}
          />
        ) : (
          <Button
            label={
              value && !isPossible ? trans.__('Close') : trans.__('Cancel')
            }
            onClick={onEnd}
          />
        )}
      </div>
    </section>
  );
}

/** Whether all that a request to install asks for is among the notebook's requirements. */
function isRecorded(
  data: unknown,
  { verb, flags }: IChangeRequest,
  { status }: IEnvironmentModel
): boolean {
  const after = (data as { requirements?: unknown } | null)?.requirements;
  return (
    verb === 'install' &&
    flags.length === 0 &&
    JSON.stringify(after) === JSON.stringify(status?.requirements)
  );
}

/**
 * Changes, each marked as an addition, another version, or a removal.
 */
function Changes(props: {
  changes: IChange[];
  download: IDownload | null;
  /** What is built from source. */
  built: string[];
  nothing: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { changes, download, built, nothing, trans } = props;
  if (changes.length === 0) {
    return <p role="status">{nothing}</p>;
  }
  return (
    <>
      <p role="status">
        {[
          summary(changes, trans),
          download ? downloadWords(download, trans) : ''
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {built.length > 0 && (
        <p className="jp-nbenv-Approval-problem">
          {trans.__(
            'Built from source, which runs their code: %1',
            built.map(plain).join(', ')
          )}
        </p>
      )}
      <ul className="jp-nbenv-Changes" tabIndex={changes.length > 8 ? 0 : -1}>
        {changes.map(change => (
          <li key={change.name} className={kind(change)}>
            {changeLine(change)}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Count what comes, moves and goes: `8 packages to install, 1 to change`. */
function summary(changes: IChange[], trans: TranslationBundle): string {
  const counts = (['coming', 'moving', 'going'] as const)
    .map(what => ({
      what,
      count: changes.filter(each => kind(each) === `jp-mod-${what}`).length
    }))
    .filter(({ count }) => count > 0);
  return counts
    .map(({ what, count }, position) =>
      position === 0
        ? firstCount(what, count, trans)
        : laterCount(what, count, trans)
    )
    .join(', ');
}

type What = 'coming' | 'moving' | 'going';

/** The first count says what is counted. */
function firstCount(
  what: What,
  count: number,
  trans: TranslationBundle
): string {
  switch (what) {
    case 'coming':
      return trans._n('%1 package to install', '%1 packages to install', count);
    case 'moving':
      return trans._n('%1 package to change', '%1 packages to change', count);
    case 'going':
      return trans._n('%1 package to remove', '%1 packages to remove', count);
  }
}

function laterCount(
  what: What,
  count: number,
  trans: TranslationBundle
): string {
  return what === 'moving'
    ? trans.__('%1 to change', count)
    : trans.__('%1 to remove', count);
}

function kind(change: IChange): string {
  if (!change.old) {
    return 'jp-mod-coming';
  }
  return change.new ? 'jp-mod-moving' : 'jp-mod-going';
}
