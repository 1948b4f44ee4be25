import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { Client } from '../api/client';
import type { IEnvironmentModel, IEnvironments } from '../tokens';
import { UseCurrent } from '../ui/currentEnvironment';
import { environmentIcon } from '../ui/icons';
import { JobProgress } from '../ui/jobProgress';
import { plain } from '../ui/text';
import { PageCode } from '../widgets/pageCode';
import type { IEnvironmentWidgets } from '../widgets/tokens';
import { Actions } from './actions';
import { AddRequirement } from './addRequirement';
import { ChangePreview } from './changePreview';
import {
  ChangeRequests,
  typedWords,
  type IChangeRequest
} from './changeRequests';
import { Distributions } from './distributionList';
import { Drift } from './drift';
import { FindRequirements } from './findRequirements';
import { Header } from './header';
import { HistoryList } from './historyList';
import { useContents } from './useContents';
import { useProposal } from './useProposal';
import { WhyHere } from './whyHere';

/**
 * What the panel needs.
 */
export interface IPanelProps {
  client: Client;
  environments: IEnvironments;
  widgets: IEnvironmentWidgets | null;
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
          model && !model.otherLanguage ? (
            <Contents key={model.key} {...this._props} model={model} />
          ) : (
            <p className="jp-nbenv-Empty">{this._whyEmpty(model)}</p>
          )
        }
      </UseCurrent>
    );
  }

  private _whyEmpty(model: IEnvironmentModel | null): string {
    const { trans } = this._props;
    return model
      ? trans.__(
          'This notebook is in %1. Only notebooks in Python have environments.',
          plain(model.otherLanguage)
        )
      : trans.__('Open a notebook to see its environment here.');
  }
}

function Contents(
  props: IPanelProps & { model: IEnvironmentModel }
): JSX.Element {
  const { client, execute, model, trans } = props;
  const [text, setText] = React.useState('');
  const field = React.useRef<HTMLInputElement>(null);
  const [why, setWhy] = React.useState('');
  const [isHistoryShown, setIsHistoryShown] = React.useState(false);
  const proposal = useProposal(model, () => {
    setText('');
    // What was typed meanwhile stays.
    return () => setText(now => now || text);
  });
  const { packages, past, isPastKnown, outdated, checkOutdated } = useContents(
    client,
    model
  );
  const disabled = model.state === 'approval';
  const requests = new ChangeRequests(trans);
  // One card at a time: what was asked last.
  const show = (request: IChangeRequest, isTyped = false) => {
    setWhy('');
    proposal.show(request, isTyped);
  };
  const parts = { client, model, disabled, trans, onRequest: show };
  const change = (value: string) => {
    setText(value);
    proposal.endTyped();
  };
  const edit = () => {
    proposal.end();
    field.current?.focus();
  };
  const openDocs = async (name: string) => {
    const address = await client.docs(model.path, name).catch(() => '');
    if (address) {
      window.open(address, '_blank', 'noopener');
    } else {
      Notification.info(trans.__('%1 names no documentation.', name), {
        autoClose: 4000
      });
    }
  };
  return (
    <div className="jp-nbenv-Contents">
      <Header {...parts} packages={packages} />
      {model.progress && (
        <section
          className="jp-nbenv-Running"
          aria-label={trans.__('What is being done')}
        >
          <JobProgress {...{ model, trans }} progress={model.progress} />
        </section>
      )}
      <AddRequirement
        {...parts}
        text={text}
        field={field}
        onText={change}
        isShown={proposal.isTyped}
        onShow={words => show(requests.add(words), true)}
        onConfirm={proposal.confirm}
        onCancel={proposal.end}
      />
      {proposal.request && (
        <ChangePreview
          {...parts}
          request={proposal.request}
          isConfirmed={proposal.isConfirmed}
          takesFocus={!proposal.isTyped}
          onRequest={request => {
            if (proposal.isTyped) {
              setText(typedWords(request.words)); // what a person can go on with
            }
            proposal.replace(request);
          }}
          onEdit={proposal.isTyped ? edit : null}
          onApply={proposal.apply}
          onEnd={proposal.end}
        />
      )}
      {why && packages && (
        <WhyHere
          name={why}
          packages={packages}
          trans={trans}
          onEnd={() => setWhy('')}
        />
      )}
      {!proposal.request && <FindRequirements {...parts} />}
      <Drift {...parts} />
      <PageCode {...parts} widgets={props.widgets} />
      <Actions
        {...parts}
        execute={execute}
        past={past}
        isPastKnown={isPastKnown}
        outdated={outdated}
        isHistoryShown={isHistoryShown}
        onHistory={() => setIsHistoryShown(!isHistoryShown)}
        onCheck={checkOutdated}
      />
      {isHistoryShown && <HistoryList past={past} trans={trans} />}
      {packages && model.status?.recorded && (
        <Distributions
          {...parts}
          packages={packages}
          outdated={outdated.value ?? []}
          unrecorded={model.status.drift
            .filter(each => !each.old)
            .map(each => each.name)}
          onWhy={name => {
            proposal.end();
            setWhy(name);
          }}
          onDocs={name => void openDocs(name)}
          onAdd={name => {
            setText(name);
            show(requests.add([name]), true);
          }}
        />
      )}
    </div>
  );
}
