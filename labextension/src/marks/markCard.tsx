import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IOutdated } from '../api/answers';
import type { IMark } from '../api/marks';
import { runShown } from '../environment/run';
import type { IEnvironmentModel } from '../tokens';
import { Button } from '../ui/button';
import { plain } from '../ui/text';
import { useAsync } from '../ui/useAsync';
import { markSentence } from './markWords';
import { VersionList } from './versionList';

/**
 * What a card needs.
 */
export interface IMarkCardProps {
  mark: IMark;
  model: IEnvironmentModel;
  trans: TranslationBundle;
  /** Ask for the versions of a package that the notebook could have. */
  versionsOf: (name: string) => Promise<string[]>;
  /** Show the Environment panel. */
  open: () => void;
  close: () => void;
}

const PINNED = /^[^=<>~!;@]*===?[^*]*$/;

/**
 * What is known of an import's package, and what can be done with it.
 */
export function MarkCard(props: IMarkCardProps): JSX.Element {
  const { mark, trans, close } = props;
  const { requirement } = mark;
  return (
    <>
      <h3>{markTitle(mark)}</h3>
      <p>{markSentence(mark, trans)}</p>
      {mark.state === 'installed' && (
        <>
          <p>
            {requirement
              ? trans.__('The notebook asks for %1.', plain(requirement))
              : trans.__('It came along with another package.')}
          </p>
          <Newest {...props} />
        </>
      )}
      {(mark.state === 'installed' || mark.state === 'missing') &&
        mark.package && (
          <VersionList
            name={mark.package}
            current={mark.version}
            ask={() => props.versionsOf(mark.package ?? '')}
            onChoose={version => {
              close();
              const words = [`${mark.package}==${version}`];
              void runShown(props.model, 'install', words);
            }}
            trans={trans}
          />
        )}
      <div className="jp-nbenv-Buttons">
        <Actions {...props} />
        {mark.docs && (
          <a href={mark.docs} target="_blank" rel="noopener noreferrer">
            {trans.__('Documentation')}
          </a>
        )}
        <Button label={trans.__('Close')} onClick={close} />
      </div>
    </>
  );
}

/** Return the name and version that a mark is about. */
export function markTitle({ package: name, version, module }: IMark): string {
  return plain([name ?? module, version].filter(Boolean).join(' '));
}

/** Whether there is a newer version, and the button that takes it. */
function Newest(props: IMarkCardProps): JSX.Element | null {
  const { mark, model, trans, close } = props;
  const { value, error } = useAsync(() => model.ask('outdated'), [model]);
  if (error) {
    return (
      <p>{trans.__('The index could not be asked for newer versions.')}</p>
    );
  }
  if (!value) {
    return <p role="status">{trans.__('Looking for a newer version…')}</p>;
  }
  const rows = Array.isArray(value.data) ? (value.data as IOutdated[]) : [];
  const newer = rows.find(row => row.name === mark.package);
  if (!newer) {
    return <p role="status">{trans.__('This is the newest version.')}</p>;
  }
  const { name, latest_version: latest } = newer;
  const upgrade = () => {
    close();
    const isPinned = PINNED.test(mark.requirement ?? '');
    void (isPinned
      ? runShown(model, 'install', [`${name}>=${latest}`])
      : runShown(model, 'upgrade', [name]));
  };
  return (
    <p role="status">
      {trans.__('Version %1 is available.', plain(latest))}{' '}
      <Button strong label={trans.__('Upgrade')} onClick={upgrade} />
    </p>
  );
}

/** The buttons for the state of the package. */
function Actions(props: IMarkCardProps): JSX.Element | null {
  const { mark, model, trans, open, close } = props;
  const name = mark.package ?? '';
  const run = (verb: string, words: string[]) => () => {
    close();
    void runShown(model, verb, words);
  };
  switch (mark.state) {
    case 'missing':
      return (
        <Button
          strong
          label={trans.__('Install %1', name)}
          onClick={run('install', [name])}
        />
      );
    case 'locked':
      return (
        <Button
          strong
          label={trans.__('Restore')}
          onClick={run('restore', [])}
        />
      );
    case 'installed':
      return PINNED.test(mark.requirement ?? '') ? null : (
        <Button
          label={trans.__('Pin this version')}
          title={trans.__('Let no upgrade change it')}
          onClick={run('install', [`${name}==${mark.version ?? ''}`])}
        />
      );
    case 'unknown':
      return (
        <Button
          strong
          label={trans.__('Add by name…')}
          title={trans.__('Add the package in the Environment panel')}
          onClick={() => {
            close();
            open();
          }}
        />
      );
    case 'local':
      return null;
  }
}
