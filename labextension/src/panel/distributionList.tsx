import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IOutdated, IPackages } from '../api/answers';
import { bytes } from '../ui/text';
import { listRows, treeRows, visibleRows, type IRow } from './rows';

const ROW_HEIGHT = 26;

/** What is assumed until the list's height is known. */
const HEIGHT = 600;

interface IActions {
  disabled: boolean;
  trans: TranslationBundle;
  onUpgrade: (name: string) => void;
  onRemove: (name: string) => void;
}

interface IDistributionsProps extends IActions {
  packages: IPackages;
  outdated: IOutdated[];
}

/**
 * The list or the tree of everything that is installed, with a filter.
 */
export function Distributions(props: IDistributionsProps): JSX.Element {
  const { packages, outdated, trans } = props;
  const [isTree, setIsTree] = React.useState(false);
  const [filter, setFilter] = React.useState('');
  const [open, setOpen] = React.useState<ReadonlySet<string>>(new Set());
  const rows = React.useMemo(
    () =>
      isTree
        ? treeRows(packages, outdated, open)
        : listRows(packages, outdated, filter),
    [packages, outdated, isTree, filter, open]
  );
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) {
      next.add(key);
    }
    setOpen(next);
  };
  return (
    <>
      <div className="jp-nbenv-Views">
        <input
          className="jp-mod-styled"
          type="search"
          value={filter}
          disabled={isTree}
          placeholder={trans.__('Filter')}
          aria-label={trans.__('Filter by name')}
          onChange={event => setFilter(event.target.value)}
        />
        <View
          label={trans.__('List')}
          isShown={!isTree}
          show={() => setIsTree(false)}
        />
        <View
          label={trans.__('Tree')}
          isShown={isTree}
          show={() => setIsTree(true)}
        />
      </div>
      <DistributionList
        {...props}
        rows={rows}
        isTree={isTree}
        onToggle={toggle}
      />
    </>
  );
}

function View(props: {
  label: string;
  isShown: boolean;
  show: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-nbenv-View"
      aria-pressed={props.isShown}
      onClick={props.show}
    >
      {props.label}
    </button>
  );
}

interface IListProps extends IActions {
  rows: IRow[];
  isTree: boolean;
  onToggle: (key: string) => void;
}

/**
 * A list of any length: only the rows in sight are in the document.
 */
function DistributionList(props: IListProps): JSX.Element {
  const { rows, isTree, trans } = props;
  const [sight, setSight] = React.useState({ top: 0, height: HEIGHT });
  const list = React.useRef<HTMLDivElement>(null);
  const measure = React.useCallback(() => {
    const node = list.current;
    if (node) {
      setSight({ top: node.scrollTop, height: node.clientHeight || HEIGHT });
    }
  }, []);
  React.useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (list.current) {
      observer.observe(list.current);
    }
    return () => observer.disconnect();
  }, [measure]);
  const { first, end } = visibleRows(
    sight.top,
    sight.height,
    ROW_HEIGHT,
    rows.length
  );
  return (
    <div
      ref={list}
      className="jp-nbenv-List"
      role={isTree ? 'tree' : 'list'}
      aria-label={trans.__('Packages')}
      tabIndex={0}
      onScroll={measure}
    >
      <div style={{ height: rows.length * ROW_HEIGHT, position: 'relative' }}>
        {rows.slice(first, end).map((row, position) => (
          <Row key={row.key} {...props} row={row} position={first + position} />
        ))}
      </div>
    </div>
  );
}

function Row(props: IListProps & { row: IRow; position: number }): JSX.Element {
  const { row, position, rows, isTree, trans } = props;
  const { name, version, requirement, size } = row.distribution;
  const isRequired = requirement !== null;
  return (
    <div
      className={`jp-nbenv-Row${isRequired ? ' jp-mod-asked' : ''}`}
      role={isTree ? 'treeitem' : 'listitem'}
      aria-level={isTree ? row.depth + 1 : undefined}
      aria-expanded={row.hasMore ? row.isOpen : undefined}
      aria-setsize={rows.length}
      aria-posinset={position + 1}
      style={{ top: position * ROW_HEIGHT, height: ROW_HEIGHT }}
    >
      {isTree && <Toggle {...props} />}
      <span
        className="jp-nbenv-Row-name"
        title={isRequired ? trans.__('Requirement: %1', requirement) : name}
      >
        {name}
      </span>
      <span className="jp-nbenv-Row-version" title={version}>
        {version}
        {row.latest && (
          <b title={trans.__('%1 is available', row.latest)}>→ {row.latest}</b>
        )}
      </span>
      <span className="jp-nbenv-Row-size">
        {size === null ? '' : bytes(size)}
      </span>
      <RowActions {...props} />
    </div>
  );
}

function RowActions(props: IActions & { row: IRow }): JSX.Element {
  const { row, disabled, trans, onUpgrade, onRemove } = props;
  const { name, requirement } = row.distribution;
  return (
    <span className="jp-nbenv-Row-actions">
      {row.latest && (
        <SmallButton
          label={trans.__('Upgrade %1', name)}
          sign="↑"
          disabled={disabled}
          onClick={() => onUpgrade(name)}
        />
      )}
      {requirement !== null && row.depth === 0 && (
        <SmallButton
          label={trans.__('Remove %1', name)}
          sign="×"
          disabled={disabled}
          onClick={() => onRemove(name)}
        />
      )}
    </span>
  );
}

function Toggle({
  row,
  trans,
  onToggle
}: IListProps & { row: IRow }): JSX.Element {
  const Caret = row.isOpen ? caretDownIcon : caretRightIcon;
  const name = row.distribution.name;
  return (
    <span style={{ width: 18 + row.depth * 12 }} className="jp-nbenv-Row-lead">
      {row.hasMore && (
        <button
          type="button"
          className="jp-nbenv-Small"
          aria-label={
            row.isOpen
              ? trans.__('Hide dependencies of %1', name)
              : trans.__('Show dependencies of %1', name)
          }
          onClick={() => onToggle(row.key)}
        >
          <Caret.react tag="span" />
        </button>
      )}
    </span>
  );
}

function SmallButton(props: {
  label: string;
  sign: string;
  disabled: boolean;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-nbenv-Small"
      title={props.label}
      aria-label={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.sign}
    </button>
  );
}
