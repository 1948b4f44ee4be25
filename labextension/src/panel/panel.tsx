import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { Adding } from './addRequirement';
import { Adopting } from './findRequirements';
import { Button } from '../ui/button';
import type { Client } from '../api/client';
import { environmentIcon } from '../ui/icons';
import { DistributionList } from './distributionList';
import { Proposal, type IWish } from './changePreview';
import { listRows, treeRows } from './rows';
import { Drift, Head } from './header';
import { UseCurrent } from '../notebook/statusItems';
import type {
  IEnvironmentModel,
  IEnvironments,
  IOutdated,
  IPackages
} from '../tokens';
import { changeLine } from '../ui/text';

/**
 * What the panel needs.
 */
export interface IPanelProps {
  client: Client;
  environments: IEnvironments;
  trans: TranslationBundle;
  /** Commands that the panel offers: export, restore, undo. */
  execute: (command: string) => void;
}

/**
 * The Environment panel: all about the active notebook's environment, and every change of it.
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
      return <></>; // nobody looks: nothing is asked of the server
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

type IContentsProps = IPanelProps & { model: IEnvironmentModel };

function Contents(props: IContentsProps): JSX.Element {
  const { client, model, trans } = props;
  const [wish, setWish] = React.useState<IWish | null>(null);
  const { packages, outdated, ask, asking } = useContents(client, model);
  const disabled = model.progress !== null || model.state === 'approval';
  return (
    <div className="jp-nbenv-Contents">
      <Head {...props} packages={packages} disabled={disabled} />
      <Adding
        client={client}
        disabled={disabled}
        trans={trans}
        onAsk={text => setWish({ verb: 'install', words: [text] })}
      />
      {wish && (
        <Proposal
          client={client}
          model={model}
          wish={wish}
          trans={trans}
          onEnd={() => setWish(null)}
        />
      )}
      <Adopting {...props} disabled={disabled} />
      <Drift {...props} packages={packages} disabled={disabled} />
      <Actions
        {...props}
        disabled={disabled}
        asking={asking}
        outdated={outdated}
        onOutdated={ask}
        onUpgrade={() => setWish({ verb: 'upgrade', words: [] })}
      />
      {packages && (
        <Everything
          packages={packages}
          outdated={outdated ?? []}
          disabled={disabled}
          trans={trans}
          onUpgrade={name => setWish({ verb: 'upgrade', words: [name] })}
          onRemove={name => setWish({ verb: 'uninstall', words: [name] })}
        />
      )}
    </div>
  );
}

/**
 * What is in the environment, asked for anew whenever that may have changed.
 */
function useContents(
  client: Client,
  model: IEnvironmentModel
): {
  packages: IPackages | null;
  outdated: IOutdated[] | null;
  asking: boolean;
  ask: () => void;
} {
  const [packages, setPackages] = React.useState<IPackages | null>(null);
  const [outdated, setOutdated] = React.useState<IOutdated[] | null>(null);
  const [asking, setAsking] = React.useState(false);
  const { status, path } = model;
  const version = [
    status?.record,
    status?.environment,
    status?.installed,
    status?.drift.map(changeLine).join()
  ].join(' ');
  const isChanging = model.progress !== null;
  React.useEffect(() => {
    let shown = true;
    if (!isChanging) {
      client.packages(path).then(
        found => shown && setPackages(found),
        () => shown && setPackages(null)
      );
      setOutdated(null);
    }
    return () => {
      shown = false;
    };
  }, [client, path, version, isChanging]);
  const ask = () => {
    setAsking(true);
    client
      .outdated(path)
      .then(setOutdated, () => setOutdated([]))
      .finally(() => setAsking(false));
  };
  return { packages, outdated, asking, ask };
}

function Actions(
  props: IContentsProps & {
    disabled: boolean;
    asking: boolean;
    outdated: IOutdated[] | null;
    onOutdated: () => void;
    onUpgrade: () => void;
  }
): JSX.Element {
  const { execute, model, trans, disabled, asking, outdated } = props;
  const without = !model.status?.recorded;
  return (
    <div className="jp-nbenv-Buttons jp-nbenv-Actions">
      <Button
        label={asking ? trans.__('Checking …') : trans.__('Check for updates')}
        title={trans.__('Ask the index for newer versions')}
        disabled={without || disabled || asking || !model.status?.environment}
        onClick={props.onOutdated}
      />
      <Button
        label={trans.__('Upgrade all')}
        disabled={without || disabled}
        onClick={props.onUpgrade}
      />
      <Button
        label={trans.__('Undo')}
        title={trans.__('Go back to the environment before the last change')}
        disabled={without || disabled}
        onClick={() => execute('nbenv:undo')}
      />
      <Button
        label={trans.__('Restore')}
        title={trans.__('Make the environment exactly what is recorded')}
        disabled={without || model.progress !== null}
        onClick={() => execute('nbenv:restore')}
      />
      <Button
        label={trans.__('Export …')}
        disabled={without}
        onClick={() => execute('nbenv:export')}
      />
      {outdated && (
        <span role="status" className="jp-nbenv-Said">
          {outdated.length
            ? trans._n('%1 is outdated', '%1 are outdated', outdated.length)
            : trans.__('Everything is up to date')}
        </span>
      )}
    </div>
  );
}

/**
 * The list or the tree of all distributions, with a filter.
 */
function Everything(props: {
  packages: IPackages;
  outdated: IOutdated[];
  disabled: boolean;
  trans: TranslationBundle;
  onUpgrade: (name: string) => void;
  onRemove: (name: string) => void;
}): JSX.Element {
  const { packages, outdated, trans } = props;
  const [isTree, setIsTree] = React.useState(false);
  const [filter, setFilter] = React.useState('');
  const [open, setOpen] = React.useState<ReadonlySet<string>>(new Set());
  const rows = React.useMemo(
    () =>
      isTree
        ? treeRows(packages, outdated, open)
        : listRows(packages, outdated, filter),
    [packages, outdated, isTree, filter, open]
  );
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) {
      next.add(key);
    }
    setOpen(next);
  };
  return (
    <>
      <div className="jp-nbenv-Views">
        <input
          className="jp-mod-styled"
          type="search"
          value={filter}
          disabled={isTree}
          placeholder={trans.__('Filter')}
          aria-label={trans.__('Filter by name')}
          onChange={event => setFilter(event.target.value)}
        />
        <button
          type="button"
          className="jp-nbenv-View"
          aria-pressed={!isTree}
          onClick={() => setIsTree(false)}
        >
          {trans.__('List')}
        </button>
        <button
          type="button"
          className="jp-nbenv-View"
          aria-pressed={isTree}
          onClick={() => setIsTree(true)}
        >
          {trans.__('Tree')}
        </button>
      </div>
      <DistributionList
        {...props}
        rows={rows}
        isTree={isTree}
        onToggle={toggle}
      />
    </>
  );
}
