import * as React from 'react';

/**
 * An entry of a menu.
 */
export interface IMenuItem {
  label: string;
  disabled?: boolean;
  run: () => void;
}

interface IMenuProps {
  label: string;
  items: IMenuItem[];
  /** Where its upper right corner goes, in the window. */
  right: number;
  top: number;
  onEnd: () => void;
}

/**
 * The menu of a package: arrow keys, Enter, Escape, and a click elsewhere.
 */
export function RowMenu(props: IMenuProps): JSX.Element {
  const { items, label, right, top, onEnd } = props;
  const list = React.useRef<HTMLUListElement>(null);
  const enabled = () =>
    Array.from(
      list.current?.querySelectorAll<HTMLElement>(
        'li:not([aria-disabled="true"])'
      ) ?? []
    );
  React.useEffect(() => {
    enabled()[0]?.focus();
    const node = list.current;
    // What is outside of the panel would be below other parts of the page.
    const limit = node?.closest('.jp-nbenv-Panel')?.getBoundingClientRect();
    const box = node?.getBoundingClientRect();
    if (node && box && limit && box.bottom > limit.bottom) {
      node.style.top = `${Math.max(limit.top, limit.bottom - box.height - 4)}px`;
    }
  }, []);
  const press = (event: React.KeyboardEvent) => {
    const all = enabled();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to: Record<string, number> = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1
    };
    if (event.key in to) {
      all[to[event.key]]?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      all[at]?.click();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      onEnd();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <ul
      ref={list}
      className="jp-nbenv-Menu"
      role="menu"
      aria-label={label}
      style={{ right: window.innerWidth - right, top }}
      onKeyDown={press}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          onEnd();
        }
      }}
    >
      {items.map(item => (
        <li
          key={item.label}
          role="menuitem"
          tabIndex={-1}
          aria-disabled={item.disabled ?? false}
          onClick={() => {
            if (!item.disabled) {
              onEnd();
              item.run();
            }
          }}
        >
          {item.label}
        </li>
      ))}
    </ul>
  );
}
