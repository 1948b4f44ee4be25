import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { Client } from '../api/client';
import type { IEnvironmentModel, IEnvironments } from '../tokens';
import { UseCurrent } from '../ui/currentEnvironment';
import { environmentIcon } from '../ui/icons';
import { Actions } from './actions';
import { AddRequirement } from './addRequirement';
import { ChangePreview, type IChangeRequest } from './changePreview';
import { Distributions } from './distributionList';
import { Drift } from './drift';
import { FindRequirements } from './findRequirements';
import { Header } from './header';
import { useContents } from './useContents';

/**
 * What the panel needs.
 */
export interface IPanelProps {
  client: Client;
  environments: IEnvironments;
  trans: TranslationBundle;
  /** Run one of this extension's commands. */
  execute: (command: string) => void;
}

/**
 * The Environment panel: everything about the active notebook's environment, and all ways to
 * change it.
 */
export class EnvironmentPanel extends ReactWidget {
  constructor(private _props: IPanelProps) {
    super();
    const { trans } = _props;
    this.id = 'jupyter-nbenv-panel';
    this.title.icon = environmentIcon;
    this.title.caption = trans.__('Environment');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Environment'));
    this.addClass('jp-nbenv-Panel');
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  protected onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.update();
  }

  render(): JSX.Element {
    if (!this.isVisible) {
      return <></>; // a hidden panel asks nothing of the server
    }
    return (
      <UseCurrent environments={this._props.environments}>
        {model =>
          model ? (
            <Contents key={model.key} {...this._props} model={model} />
          ) : (
            <p className="jp-nbenv-Empty">
              {this._props.trans.__(
                'Open a notebook to see its environment here.'
              )}
            </p>
          )
        }
      </UseCurrent>
    );
  }
}

function Contents(
  props: IPanelProps & { model: IEnvironmentModel }
): JSX.Element {
  const { client, execute, model, trans } = props;
  const [request, setRequest] = React.useState<IChangeRequest | null>(null);
  const { packages, outdated, checkOutdated } = useContents(client, model);
  const disabled = model.progress !== null || model.state === 'approval';
  const parts = { client, model, disabled, trans };
  return (
    <div className="jp-nbenv-Contents">
      <Header {...parts} packages={packages} />
      <AddRequirement
        {...parts}
        onSubmit={text => setRequest({ verb: 'install', words: [text] })}
      />
      {request && (
        <ChangePreview
          {...parts}
          request={request}
          onEnd={() => setRequest(null)}
        />
      )}
      <FindRequirements {...parts} />
      <Drift {...parts} />
      <Actions
        {...parts}
        execute={execute}
        outdated={outdated}
        onCheck={checkOutdated}
        onUpgrade={() => setRequest({ verb: 'upgrade', words: [] })}
      />
      {packages && (
        <Distributions
          {...parts}
          packages={packages}
          outdated={outdated.value ?? []}
          onUpgrade={name => setRequest({ verb: 'upgrade', words: [name] })}
          onRemove={name => setRequest({ verb: 'uninstall', words: [name] })}
        />
      )}
    </div>
  );
}
