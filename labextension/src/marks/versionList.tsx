import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Button } from '../ui/button';
import { plain } from '../ui/text';
import { useAsync } from '../ui/useAsync';

interface IVersionListProps {
  name: string;
  /** The version that is there, null without one. */
  current: string | null;
  /** Ask for the versions, the newest first. */
  ask: () => Promise<string[]>;
  onChoose: (version: string) => void;
  trans: TranslationBundle;
}

/**
 * A button that asks for the versions of a package, and then the versions, each a button.
 */
export function VersionList(props: IVersionListProps): JSX.Element {
  const { name, ask, trans } = props;
  const [isAsked, setIsAsked] = React.useState(false);
  const { value, error } = useAsync(isAsked ? ask : null, [name, isAsked]);
  const place = React.useRef<HTMLDivElement>(null);
  const start = () => {
    setIsAsked(true);
    place.current?.focus(); // the button goes, and Escape must still close the card
  };
  return (
    <div ref={place} tabIndex={-1} className="jp-nbenv-Versions">
      {isAsked ? (
        <Found {...props} value={value} isFailed={Boolean(error)} />
      ) : (
        <Button label={trans.__('Choose a version…')} onClick={start} />
      )}
    </div>
  );
}

function Found(
  props: IVersionListProps & { value: string[] | null; isFailed: boolean }
): JSX.Element {
  const { name, current, value, isFailed, onChoose, trans } = props;
  if (!value && !isFailed) {
    return <p role="status">{trans.__('Asking for the versions…')}</p>;
  }
  if (!value?.length) {
    return (
      <p role="status">
        {trans.__('The index could not be asked for versions.')}
      </p>
    );
  }
  const shown =
    current && !value.includes(current) ? [current, ...value] : value;
  return (
    <div role="group" aria-label={trans.__('Versions of %1', name)}>
      {shown.map(version => (
        <Button
          key={version}
          label={plain(version === current ? `✓ ${version}` : version)}
          title={
            version === current
              ? trans.__('This version is installed')
              : trans.__('Install %1 %2, and pin it', name, version)
          }
          disabled={version === current}
          onClick={() => onChoose(version)}
        />
      ))}
    </div>
  );
}
