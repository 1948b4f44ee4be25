import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IEnvironmentModel, IEnvironments } from '../tokens';
import { UseCurrent } from '../ui/currentEnvironment';
import { environmentIcon } from '../ui/icons';
import { shortLine, stateSentence } from '../ui/text';

interface IItemProps {
  model: IEnvironmentModel | null;
  open: () => void;
  trans: TranslationBundle;
}

function Item({ model, open, trans }: IItemProps): JSX.Element {
  const state = model?.state ?? 'unknown';
  const line = shortLine(model, trans);
  const title = model ? stateSentence(model, trans) : line;
  return (
    <button
      type="button"
      className={`jp-nbenv-Item jp-mod-${state}`}
      title={title}
      aria-label={trans.__('Environment: %1', line)}
      onClick={open}
    >
      <environmentIcon.react tag="span" className="jp-nbenv-Item-icon" />
      <span className="jp-nbenv-Item-text">{line}</span>
    </button>
  );
}

/**
 * The state of a notebook's environment, in the notebook's toolbar.
 */
export class ToolbarItem extends ReactWidget {
  constructor(private _props: IItemProps & { model: IEnvironmentModel }) {
    super();
    this.addClass('jp-nbenv-ToolbarItem');
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this._props.model.changed}>
        {() => <Item {...this._props} />}
      </UseSignal>
    );
  }
}

/**
 * The state of the active notebook's environment, in the status bar.
 */
export class StatusBarItem extends ReactWidget {
  constructor(
    private _environments: IEnvironments,
    private _props: Omit<IItemProps, 'model'>
  ) {
    super();
    this.addClass('jp-nbenv-StatusItem');
  }

  render(): JSX.Element {
    return (
      <UseCurrent environments={this._environments}>
        {model => (model ? <Item {...this._props} model={model} /> : <></>)}
      </UseCurrent>
    );
  }
}
