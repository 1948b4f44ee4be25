import type { CodeCell } from '@jupyterlab/cells';
import { Widget } from '@lumino/widgets';

/** How what the kernel prints below a failed import begins. */
const HINT = 'nbenv: ';

/**
 * Put a widget below a cell's outputs; it disappears with them.
 *
 * It takes the place of the kernel's own hint, which is for clients without buttons.
 */
export function placeBelow(widget: Widget, cell: CodeCell): void {
  const outputs = cell.outputArea;
  const hint = outputs.widgets.find(each =>
    each.node.textContent?.trimStart().startsWith(HINT)
  );
  hint?.addClass('jp-nbenv-mod-told');
  widget.disposed.connect(() => hint?.removeClass('jp-nbenv-mod-told'));
  Widget.attach(widget, outputs.node);
  const remove = () => {
    outputs.model.changed.disconnect(remove);
    cell.disposed.disconnect(remove);
    widget.dispose();
  };
  outputs.model.changed.connect(remove);
  cell.disposed.connect(remove);
}
