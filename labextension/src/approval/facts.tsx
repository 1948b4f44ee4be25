import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPreview } from '../api/preview';
import { Button } from '../ui/button';
import { bytes, plain } from '../ui/text';
import { WarnedList } from '../ui/warnedList';

/** Characters of requirements that fit without scrolling. */
const FITTING = 240;

interface IFactsProps {
  found: IPreview;
  /** Whether the index is being asked for sizes. */
  isAsking: boolean;
  /** Ask the index for sizes. */
  onCheck: () => void;
  trans: TranslationBundle;
}

/**
 * Everything that can make code run or a host be asked, in words.
 */
export function Facts(props: IFactsProps): JSX.Element {
  const { found, trans } = props;
  const none = trans.__('none');
  return (
    <dl className="jp-nbenv-Facts">
      <dt>{trans.__('Python')}</dt>
      <dd>
        {plain(found.python) || trans.__('unknown')}
        {!found.pythonHere && (
          <em> {trans.__('(not on this machine; it would be downloaded)')}</em>
        )}
      </dd>
      <Requirements {...props} />
      <dt>{trans.__('Packages')}</dt>
      <dd>{packages(found, trans)}</dd>
      <dt>{trans.__('Download')}</dt>
      <dd>
        <Download {...props} />
      </dd>
      <Fact
        title={trans.__('Other indexes')}
        lines={found.indexes?.map(each => `${each.name}: ${each.url}`) ?? []}
        note={
          found.indexes?.some(each => each.default)
            ? trans.__(
                '%1 replaces the index that this machine is configured to use.',
                defaultIndex(found)
              )
            : undefined
        }
        none={
          found.indexes
            ? trans.__('none, only those configured on this machine')
            : trans.__('unknown')
        }
      />
      <Fact title={trans.__('Direct URLs')} lines={found.direct} none={none} />
      <Fact title={trans.__('From this machine')} lines={found.local} />
      <Fact
        title={trans.__('Not locked')}
        lines={found.unlocked}
        note={
          found.count
            ? trans.__(
                'The next change of the environment chooses versions of these, and may build them from source.'
              )
            : trans.__(
                'Restoring chooses versions of these, and may build them from source.'
              )
        }
      />
      <Fact
        title={trans.__('Conditional')}
        lines={found.conditional}
        note={trans.__(
          'Installed only if the Python has another patch version than expected here.'
        )}
      />
      <Fact
        title={trans.__('Built from source')}
        lines={found.source ?? []}
        none={noSources(found, trans)}
      />
    </dl>
  );
}

/** The requirements, with their number where they scroll. */
function Requirements({ found, trans }: IFactsProps): JSX.Element {
  const { requirements } = found;
  const title = trans.__('Requirements');
  const scrolls = requirements.join(', ').length > FITTING;
  return (
    <>
      <dt>{scrolls ? `${title} (${requirements.length})` : title}</dt>
      <dd>
        <div
          className="jp-nbenv-Facts-long"
          role={scrolls ? 'region' : undefined}
          aria-label={scrolls ? title : undefined}
          tabIndex={scrolls ? 0 : undefined}
        >
          {requirements.map(plain).join(', ') || trans.__('none')}
        </div>
      </dd>
    </>
  );
}

/**
 * One fact with its lines; where there are none, `none` says so, or the fact is left out.
 */
function Fact(props: {
  title: string;
  lines: string[];
  none?: string;
  note?: string;
}): JSX.Element | null {
  const { title, lines, none, note } = props;
  if (lines.length === 0 && none === undefined) {
    return null;
  }
  return (
    <>
      <dt>{lines.length > 1 ? `${title} (${lines.length})` : title}</dt>
      <dd>
        {lines.length ? <WarnedList lines={lines} label={title} /> : none}
        {lines.length > 0 && note && (
          <div className="jp-nbenv-Facts-note">{note}</div>
        )}
      </dd>
    </>
  );
}

/** The name of the index that replaces the machine's default one. */
function defaultIndex(found: IPreview): string {
  return plain(found.indexes?.find(each => each.default)?.name ?? '');
}

function packages(found: IPreview, trans: TranslationBundle): string {
  return found.count === 0 && found.requirements.length > 0
    ? trans.__('unknown, because nothing is locked')
    : String(found.count);
}

/**
 * The size of the download, of which an index is asked only when the person wants to know.
 */
function Download(props: IFactsProps): JSX.Element {
  const { found, isAsking, onCheck, trans } = props;
  if (isAsking) {
    return <>{trans.__('asking the package index…')}</>;
  }
  if (found.lookedUp || found.count === 0) {
    return <>{downloadSize(found, trans)}</>;
  }
  return (
    <Button
      label={trans.__('Check size')}
      title={trans.__(
        'Ask the package indexes configured on this machine how large the files are'
      )}
      onClick={onCheck}
    />
  );
}

function downloadSize(found: IPreview, trans: TranslationBundle): string {
  if (found.download === null) {
    return trans.__('unknown');
  }
  const size = bytes(found.download);
  return found.sizesUnknown
    ? trans._n(
        '%2, plus %1 package of unknown size',
        '%2, plus %1 packages of unknown size',
        found.sizesUnknown,
        size
      )
    : trans.__('%1 at most', size);
}

/**
 * What to say where no build is known.
 *
 * Of a locked version only wheels are accepted, unless the lock says that it is built; without a
 * lock, only resolving shows what is.
 */
function noSources(found: IPreview, trans: TranslationBundle): string {
  if (found.source === null || (!found.count && found.requirements.length)) {
    return trans.__('unknown, because nothing is locked');
  }
  return found.unlocked.length
    ? trans.__('none of the locked packages; unknown for those not locked')
    : trans.__('none');
}
