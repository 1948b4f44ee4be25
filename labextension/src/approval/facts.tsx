import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPreview } from '../api/preview';
import { Button } from '../ui/button';
import { downloadWords } from '../ui/downloadWords';
import { plain } from '../ui/text';
import { WarnedList } from '../ui/warnedList';

/** Packages that are named; the others are counted, and in the full list. */
const NAMED = 3;

interface IFactsProps {
  found: IPreview;
  /** Whether the index is being asked for sizes. */
  isAsking: boolean;
  /** Ask the index for sizes. */
  onCheck: () => void;
  trans: TranslationBundle;
}

/**
 * What would be installed in three lines, and below them everything that is not ordinary: all that
 * can make code run or a host be asked.
 */
export function Facts(props: IFactsProps): JSX.Element {
  const { found, trans } = props;
  return (
    <>
      <div className="jp-nbenv-Gist">
        <div className="jp-nbenv-Gist-names">{names(found, trans)}</div>
        <div>
          {trans.__('Python %1', plain(found.python) || '?')}
          {' · '}
          <Download {...props} />
        </div>
        <div>{origins(found, trans)}</div>
      </div>
      <Exceptions {...props} />
    </>
  );
}

/** Return what was asked for and how many packages come: `pandas, seaborn + 41 more`. */
function names(found: IPreview, trans: TranslationBundle): string {
  const shown = found.requirements.slice(0, NAMED);
  const text = shown.map(plain).join(', ') || trans.__('The kernel alone');
  if (!found.count) {
    const rest = found.requirements.length - shown.length;
    return rest ? trans._n('%2 + %1 more', '%2 + %1 more', rest, text) : text;
  }
  const rest = Math.max(found.count - shown.length, 0);
  return rest
    ? trans._n('%2 + %1 more package', '%2 + %1 more packages', rest, text)
    : text;
}

/** Say where packages come from and whether anything is built, as far as nothing is unusual. */
function origins(found: IPreview, trans: TranslationBundle): string {
  const isUsual = found.indexes?.length === 0;
  const isWhole = found.source?.length === 0 && found.count > 0;
  return [
    isUsual ? trans.__('From your usual package index') : '',
    isWhole && !found.unlocked.length
      ? trans.__('nothing is built from source')
      : ''
  ]
    .filter(Boolean)
    .join(' · ');
}

/**
 * A row for everything that is not as usual.
 */
function Exceptions({ found, trans }: IFactsProps): JSX.Element {
  const isUnlocked = found.count === 0 && found.requirements.length > 0;
  return (
    <dl className="jp-nbenv-Facts">
      <Fact
        title={trans.__('Python')}
        lines={found.pythonHere ? [] : [plain(found.python)]}
        note={trans.__('It is not on this machine, and would be downloaded.')}
      />
      <Fact
        title={trans.__('Locked for')}
        lines={found.platforms ? [found.platforms] : []}
        note={trans.__(
          'Elsewhere it cannot be restored as it is: the notebook has no files for other platforms.'
        )}
      />
      <Fact
        title={trans.__('PyTorch for')}
        lines={found.lacksAccelerator ? [found.torchBackend] : []}
        none={plain(found.torchBackend) || undefined}
        note={trans.__(
          'This machine lacks that accelerator. You will be offered the same versions for the CPU.'
        )}
      />
      <Fact
        title={trans.__('Other indexes')}
        lines={found.indexes?.map(each => `${each.name}: ${each.url}`) ?? []}
        note={
          found.indexes?.some(each => each.default)
            ? trans.__(
                '%1 is used in place of your own package index.',
                defaultIndex(found)
              )
            : undefined
        }
        none={found.indexes ? undefined : trans.__('unknown')}
      />
      <Fact title={trans.__('From a URL')} lines={found.direct} />
      <Fact title={trans.__('From this machine')} lines={found.local} />
      <Fact
        title={trans.__('Not locked')}
        lines={found.unlocked}
        note={
          isUnlocked
            ? trans.__(
                'Versions are chosen now, and may be built from source, which runs their authors’ code.'
              )
            : trans.__(
                'The next change chooses versions of these, and may build them from source.'
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
        none={unknownSources(found, trans)}
        note={trans.__('Building runs their authors’ code.')}
      />
      <Fact
        title={trans.__('Code for this page')}
        lines={found.page}
        note={trans.__(
          'Their widgets run in this page, with all rights that you have here. So do those of other packages that bring some. A setting switches this off.'
        )}
      />
    </dl>
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

/**
 * The size of the download, of which an index is asked only when the person wants to know.
 */
function Download(props: IFactsProps): JSX.Element {
  const { found, isAsking, onCheck, trans } = props;
  if (found.cached) {
    return <>{trans.__('nothing to download')}</>;
  }
  if (isAsking) {
    return <span role="status">{trans.__('asking the package index…')}</span>;
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
    return trans.__('size unknown');
  }
  return downloadWords(
    {
      count: found.distributions.filter(each => !each.cached).length,
      size: found.download,
      unknown: found.sizesUnknown,
      isCertain: found.cacheKnown
    },
    trans
  );
}

/**
 * What to say where it is unknown whether something is built; undefined where nothing is.
 *
 * Of a locked version only wheels are accepted, unless the lock says that it is built; without a
 * lock, only resolving shows what is.
 */
function unknownSources(
  found: IPreview,
  trans: TranslationBundle
): string | undefined {
  if (found.source === null || (!found.count && found.requirements.length)) {
    return trans.__('unknown, because nothing is locked');
  }
  return found.unlocked.length
    ? trans.__('nothing that is locked; unknown for the rest')
    : undefined;
}
