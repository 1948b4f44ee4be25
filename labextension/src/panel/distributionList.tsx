import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { inSight, type IRow } from './rows';
import { bytes } from '../ui/text';

const ROW_HEIGHT = 26;

interface IListProps {
  rows: IRow[];
  isTree: boolean;
  disabled: boolean;
  trans: TranslationBundle;
  onToggle: (key: string) => void;
  onUpgrade: (name: string) => void;
  onRemove: (name: string) => void;
}

/**
 * A list of distributions of any length: only the rows in sight are in the document.
 */
export function DistributionList(props: IListProps): JSX.Element {
  const { rows, isTree, trans } = props;
  const [sight, setSight] = React.useState({ top: 0, height: 600 });
  const place = React.useRef<HTMLDivElement>(null);
  const look = React.useCallback(() => {
    const node = place.current;
    if (node) {
      setSight({ top: node.scrollTop, height: node.clientHeight || 600 });
    }
  }, []);
  React.useEffect(() => {
    const observer = new ResizeObserver(look);
    if (place.current) {
      observer.observe(place.current);
    }
    return () => observer.disconnect();
  }, [look]);
  const { first, end } = inSight(
    sight.top,
    sight.height,
    ROW_HEIGHT,
    rows.length
  );
  return (
    <div
      ref={place}
      className="jp-nbenv-List"
      role={isTree ? 'tree' : 'list'}
      aria-label={trans.__('Distributions')}
      tabIndex={0}
      onScroll={look}
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
  const asked = requirement !== null;
  return (
    <div
      className={`jp-nbenv-Row${asked ? ' jp-mod-asked' : ''}`}
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
        title={asked ? trans.__('asked for as %1', requirement) : name}
      >
        {name}
      </span>
      <span className="jp-nbenv-Row-version" title={version}>
        {version}
        {row.latest && (
          <b title={trans.__('%1 is newer', row.latest)}>→ {row.latest}</b>
        )}
      </span>
      <span className="jp-nbenv-Row-size">
        {size === null ? '' : bytes(size)}
      </span>
      <span className="jp-nbenv-Row-actions">
        {row.latest && (
          <Small
            label={trans.__('Upgrade %1', name)}
            sign="↑"
            disabled={props.disabled}
            onClick={() => props.onUpgrade(name)}
          />
        )}
        {asked && row.depth === 0 && (
          <Small
            label={trans.__('Remove %1', name)}
            sign="×"
            disabled={props.disabled}
            onClick={() => props.onRemove(name)}
          />
        )}
      </span>
    </div>
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
              ? trans.__('Hide what %1 needs', name)
              : trans.__('Show what %1 needs', name)
          }
          onClick={() => onToggle(row.key)}
        >
          <Caret.react tag="span" />
        </button>
      )}
    </span>
  );
}

function Small(props: {
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
