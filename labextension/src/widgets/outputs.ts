import type { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

type OutputArea = CodeCell['outputArea'];

/**
 * Show anew the outputs for which a better renderer has come than Lab's own that shows them.
 */
export function showAnew({ content }: NotebookPanel): void {
  for (const cell of content.widgets) {
    if (cell.model.type === 'code') {
      const area = (cell as CodeCell).outputArea;
      for (let index = 0; index < area.widgets.length; index++) {
        showOutput(area, index);
      }
    }
  }
}

function showOutput(area: OutputArea, index: number): void {
  if (index >= area.model.length) {
    return; // it asks for input
  }
  const output = area.model.get(index);
  const safe = output.trusted ? 'any' : 'ensure';
  const type = area.rendermime.preferredMimeType(output.data, safe);
  const shown = area.widgets[index].node.querySelector(
    ':scope > .jp-OutputArea-output'
  );
  // Lab's own renderers say what they show; those that extensions bring need not.
  const isShown = shown && (shown.getAttribute('data-mime-type') ?? type);
  if (type && isShown !== type) {
    // Lab calls this when an output was replaced; nothing public renders one again.
    area['onModelChanged'](area.model, {
      type: 'set',
      oldIndex: index,
      newIndex: index,
      oldValues: [output],
      newValues: [output]
    });
  }
}
