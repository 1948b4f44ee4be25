import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { IEnvironmentModel, IEnvironments } from '../tokens';
import { UseCurrent } from '../ui/currentEnvironment';
import { environmentIcon } from '../ui/icons';
import {
  packageCount,
  shortLine,
  stateSentence,
  toolbarText
} from '../ui/text';
import { ToolbarFit } from './toolbarFit';

interface IItemProps {
  model: IEnvironmentModel | null;
  open: () => void;
  trans: TranslationBundle;
}

function Item(props: IItemProps & { text: string }): JSX.Element {
  const { model, open, text, trans } = props;
  const state = model?.state ?? 'unknown';
  const line = shortLine(model, trans);
  const title = model ? `${line}. ${stateSentence(model, trans)}` : line;
  return (
    <button
      type="button"
      className={`jp-nbenv-Item jp-mod-${state}`}
      title={title}
      aria-label={trans.__('Environment: %1', line)}
      onClick={open}
    >
      <environmentIcon.react tag="span" className="jp-nbenv-Item-icon" />
      {text && <span className="jp-nbenv-Item-text">{text}</span>}
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

  dispose(): void {
    this._fit?.dispose();
    super.dispose();
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this._props.model.changed}>
        {() =>
          this._props.model.otherLanguage ? null : (
            <Item
              {...this._props}
              text={toolbarText(this._props.model, this._props.trans)}
            />
          )
        }
      </UseSignal>
    );
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._fit?.dispose();
    this._fit = new ToolbarFit(this.node);
  }

  private _fit: ToolbarFit | null = null;
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
        {model =>
          model && !model.otherLanguage ? (
            <Item {...this._props} model={model} text={this._packages(model)} />
          ) : (
            <></>
          )
        }
      </UseCurrent>
    );
  }

  /** The toolbar has the words. */
  private _packages({ status }: IEnvironmentModel): string {
    const count = status?.installed || status?.locked || 0;
    return status?.recorded ? packageCount(count, this._props.trans) : '';
  }
}
