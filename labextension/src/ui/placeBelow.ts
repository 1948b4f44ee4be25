import type { CodeCell } from '@jupyterlab/cells';
import { Widget } from '@lumino/widgets';

/**
 * Put a widget below a cell's outputs; it disappears with them.
 */
export function placeBelow(widget: Widget, cell: CodeCell): void {
  const outputs = cell.outputArea;
  Widget.attach(widget, outputs.node);
  const remove = () => {
    outputs.model.changed.disconnect(remove);
    cell.disposed.disconnect(remove);
    widget.dispose();
  };
  outputs.model.changed.connect(remove);
  cell.disposed.connect(remove);
}
