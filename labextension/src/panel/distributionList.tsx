import * as React from 'react';
import type { IOutdated, IPackages } from '../api/answers';
import { Button } from '../ui/button';
import { menuItems, type IRowActions } from './packageItems';
import { PackageRow, ROW_HEIGHT } from './packageRow';
import { RowMenu, type IMenuItem } from './rowMenu';
import { FIRST_OPEN, rowsOf, type IPackageRow, type Row } from './rows';
import { useListKeys } from './useListKeys';
import { useSight } from './useSight';

interface IDistributionsProps extends IRowActions {
  packages: IPackages;
  outdated: IOutdated[];
  /** Names of what is installed and not recorded. */
  unrecorded: string[];
  onAdd: (name: string) => void;
}

/**
 * Everything that is installed, in parts, as a list or as a tree, with a filter.
 */
export function Distributions(props: IDistributionsProps): JSX.Element {
  const { packages, outdated, trans, onAdd } = props;
  const [isTree, setIsTree] = React.useState(false);
  const [filter, setFilter] = React.useState('');
  const [open, setOpen] = React.useState(FIRST_OPEN);
  const names = props.unrecorded.join();
  const rows = React.useMemo(() => {
    const unrecorded = new Set(props.unrecorded);
    return rowsOf(packages, outdated, { isTree, filter, open, unrecorded });
  }, [packages, outdated, isTree, filter, open, names]);
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) {
      next.add(key);
    }
    setOpen(next);
  };
  const wanted = filter.trim();
  const enter = React.useRef<() => void>(() => undefined);
  return (
    <>
      <div className="jp-nbenv-Views">
        <input
          className="jp-mod-styled"
          type="search"
          value={filter}
          placeholder={trans.__('Filter')}
          aria-label={trans.__('Filter by name')}
          onChange={event => setFilter(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Escape') {
              event.stopPropagation();
              setFilter('');
            } else if (event.key === 'ArrowDown') {
              event.preventDefault();
              enter.current();
            }
          }}
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
      {wanted && rows.length === 0 ? (
        <div className="jp-nbenv-Nothing" role="status">
          <p>{trans.__('No installed package is called “%1”.', wanted)}</p>
          <Button
            label={trans.__('Add %1…', wanted)}
            disabled={props.disabled}
            onClick={() => onAdd(wanted)}
          />
        </div>
      ) : (
        <PackageList
          {...props}
          rows={rows}
          isTree={isTree}
          onToggle={toggle}
          enter={enter}
        />
      )}
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

interface IListProps extends IRowActions {
  rows: Row[];
  isTree: boolean;
  onToggle: (key: string) => void;
  /** Is set to what moves the focus into the list, as the arrow key in the filter does. */
  enter: React.MutableRefObject<() => void>;
}

interface IOpenMenu {
  label: string;
  items: IMenuItem[];
  right: number;
  top: number;
}

/**
 * A list of any length: only the rows in sight are in the document. It is one stop of the Tab key,
 * and arrow keys move within it.
 */
function PackageList(props: IListProps): JSX.Element {
  const { rows, isTree, trans, onToggle } = props;
  const list = React.useRef<HTMLDivElement>(null);
  const { first, end, measure, reveal } = useSight(list, rows.length);
  const [menu, setMenu] = React.useState<IOpenMenu | null>(null);
  const openMenu = (row: IPackageRow, from: Element) => {
    const { right, bottom } = from.getBoundingClientRect();
    const label = row.distribution.name;
    setMenu({ label, items: menuItems(row, props), right, top: bottom });
  };
  const idOf = (position: number) => `jp-nbenv-row-${position}`;
  const { active, activate, press } = useListKeys(rows, {
    onToggle,
    onMove: reveal,
    onEnter: (row, position) => {
      const node = document.getElementById(idOf(position));
      if (row.kind === 'part') {
        onToggle(row.key);
      } else if (node) {
        openMenu(row, node);
      }
    }
  });
  props.enter.current = () => {
    list.current?.focus();
    if (active < 0) {
      activate(0);
      reveal(0);
    }
  };
  return (
    <>
      <div
        ref={list}
        className="jp-nbenv-List"
        role="tree"
        aria-label={trans.__('Packages')}
        aria-activedescendant={active < 0 ? undefined : idOf(active)}
        tabIndex={0}
        onScroll={measure}
        onKeyDown={press}
      >
        <div style={{ height: rows.length * ROW_HEIGHT, position: 'relative' }}>
          {rows.slice(first, end).map((row, offset) => (
            <PackageRow
              key={row.key}
              {...props}
              row={row}
              id={idOf(first + offset)}
              position={first + offset}
              count={rows.length}
              isTree={isTree}
              isActive={first + offset === active}
              onActivate={() => activate(first + offset)}
              onMenu={openMenu}
            />
          ))}
        </div>
      </div>
      {menu && (
        <RowMenu
          {...menu}
          onEnd={() => {
            setMenu(null);
            list.current?.focus();
          }}
        />
      )}
    </>
  );
}
