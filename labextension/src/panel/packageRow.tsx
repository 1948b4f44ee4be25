import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { bytes } from '../ui/text';
import { ChangeRequests, isPinned } from './changeRequests';
import { upgradeOf, type IRowActions } from './packageItems';
import type { IPackageRow, IPartRow, Part, Row } from './rows';

export const ROW_HEIGHT = 28;

interface IRowProps extends IRowActions {
  row: Row;
  id: string;
  position: number;
  count: number;
  isTree: boolean;
  isActive: boolean;
  onActivate: () => void;
  onToggle: (key: string) => void;
  onMenu: (row: IPackageRow, button: Element) => void;
}

/**
 * One line of the list: the heading of a part, or a package.
 */
export function PackageRow(props: IRowProps): JSX.Element {
  const { row, id, position, count, isActive } = props;
  const isOutdated = row.kind === 'package' && row.latest !== null;
  const kind = row.kind === 'part' ? 'jp-mod-part' : `jp-mod-${row.part}`;
  return (
    <div
      id={id}
      className={[
        `jp-nbenv-Row ${kind}`,
        isActive ? 'jp-mod-active' : '',
        isOutdated ? 'jp-mod-outdated' : ''
      ].join(' ')}
      role="treeitem"
      aria-level={row.kind === 'part' ? 1 : row.depth + 2}
      aria-expanded={row.hasMore ? row.isOpen : undefined}
      aria-selected={isActive}
      aria-setsize={count}
      aria-posinset={position + 1}
      style={{ top: position * ROW_HEIGHT, height: ROW_HEIGHT }}
      onClick={props.onActivate}
      onDoubleClick={() => row.hasMore && props.onToggle(row.key)}
    >
      {row.kind === 'part' ? (
        <Heading {...props} row={row} />
      ) : (
        <Package {...props} row={row} />
      )}
    </div>
  );
}

function Heading({
  row,
  trans,
  onToggle
}: IRowProps & { row: IPartRow }): JSX.Element {
  return (
    <>
      <Toggle
        row={row}
        name={partName(row.part, trans)}
        {...{ trans, onToggle }}
      />
      <span className="jp-nbenv-Row-name">{partName(row.part, trans)}</span>
      <span className="jp-nbenv-Row-count">{row.count}</span>
    </>
  );
}

/**
 * Return the heading of a part.
 */
export function partName(part: Part, trans: TranslationBundle): string {
  const names: Record<Part, string> = {
    yours: trans.__('Yours'),
    along: trans.__('Came along'),
    kernel: trans.__('Kernel'),
    unrecorded: trans.__('Not recorded')
  };
  return names[part];
}

function Package(props: IRowProps & { row: IPackageRow }): JSX.Element {
  const { row, isTree, trans, disabled, onRequest, onMenu } = props;
  const { name, version, requirement, size } = row.distribution;
  const specifier = specifierOf(requirement);
  return (
    <>
      {isTree && (
        <span style={{ width: row.depth * 14 }} className="jp-nbenv-Row-lead" />
      )}
      {isTree && row.hasMore ? (
        <Toggle name={name} {...props} />
      ) : (
        <span className="jp-nbenv-Small" />
      )}
      <span className="jp-nbenv-Row-name" title={requirement ?? name}>
        {name}
      </span>
      {specifier && (
        <span
          className="jp-nbenv-Row-specifier"
          title={
            isPinned(requirement)
              ? trans.__('Pinned: %1', requirement)
              : trans.__('You asked for %1', requirement)
          }
        >
          {isPinned(requirement) ? trans.__('pinned') : specifier}
        </span>
      )}
      <span className="jp-nbenv-Row-version" title={version}>
        {version}
      </span>
      {row.latest ? (
        <button
          type="button"
          className="jp-nbenv-Update"
          title={trans.__('Upgrade %1 to %2', name, row.latest)}
          aria-label={trans.__('Upgrade %1', name)}
          tabIndex={-1}
          disabled={disabled}
          onClick={() => onRequest(upgradeOf(row, new ChangeRequests(trans)))}
        >
          {`↑ ${row.latest}`}
        </button>
      ) : (
        <span className="jp-nbenv-Row-size">
          {size === null ? '' : bytes(size)}
        </span>
      )}
      <button
        type="button"
        className="jp-nbenv-Small jp-nbenv-More"
        title={trans.__('More for %1', name)}
        aria-label={trans.__('More for %1', name)}
        aria-haspopup="menu"
        tabIndex={-1}
        onClick={event => onMenu(row, event.currentTarget)}
      >
        ⋯
      </button>
    </>
  );
}

/**
 * Return what a requirement says beyond its name, '' if nothing.
 */
export function specifierOf(requirement: string | null): string {
  const [head] = (requirement ?? '').split(';');
  return /[@<>=!~].*$/.exec(head)?.[0].trim() ?? '';
}

function Toggle(props: {
  row: Row;
  name: string;
  trans: TranslationBundle;
  onToggle: (key: string) => void;
}): JSX.Element {
  const { row, name, trans, onToggle } = props;
  const Caret = row.isOpen ? caretDownIcon : caretRightIcon;
  return (
    <button
      type="button"
      className="jp-nbenv-Small"
      tabIndex={-1}
      aria-label={
        row.isOpen ? trans.__('Close %1', name) : trans.__('Open %1', name)
      }
      onClick={event => {
        event.stopPropagation();
        onToggle(row.key);
      }}
      onDoubleClick={event => event.stopPropagation()}
    >
      <Caret.react tag="span" />
    </button>
  );
}
