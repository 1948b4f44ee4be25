import type { TranslationBundle } from '@jupyterlab/translation';
import {
  ChangeRequests,
  isDirect,
  isPinned,
  type IChangeRequest
} from './changeRequests';
import type { IMenuItem } from './rowMenu';
import type { IPackageRow } from './rows';

/**
 * What a row can ask for.
 */
export interface IRowActions {
  disabled: boolean;
  trans: TranslationBundle;
  onRequest: (request: IChangeRequest) => void;
  onWhy: (name: string) => void;
  onDocs: (name: string) => void;
}

/**
 * Return the request that brings a package to its newest version: a pinned one has to be unpinned.
 */
export function upgradeOf(
  row: IPackageRow,
  requests: ChangeRequests
): IChangeRequest {
  const { distribution } = row;
  return isPinned(distribution.requirement)
    ? requests.unpinAndUpgrade(distribution)
    : requests.upgrade([distribution.name]);
}

/**
 * Return the entries of a package's menu.
 */
export function menuItems(row: IPackageRow, actions: IRowActions): IMenuItem[] {
  const { disabled, trans, onRequest, onWhy, onDocs } = actions;
  const { distribution, part } = row;
  const { name, requirement } = distribution;
  const requests = new ChangeRequests(trans);
  const change = (label: string, request: IChangeRequest): IMenuItem => ({
    label,
    disabled,
    run: () => onRequest(request)
  });
  const upgrade = change(
    isPinned(requirement) ? trans.__('Unpin and upgrade') : trans.__('Upgrade'),
    upgradeOf(row, requests)
  );
  const pin = isPinned(requirement)
    ? change(trans.__('Unpin'), requests.unpin(distribution))
    : change(
        trans.__('Pin to %1', distribution.version),
        requests.pin(distribution)
      );
  const look = [
    { label: trans.__('Why is it here?'), run: () => onWhy(name) },
    { label: trans.__('Documentation'), run: () => onDocs(name) }
  ];
  switch (part) {
    case 'yours':
      return [
        upgrade,
        ...(isDirect(requirement) ? [] : [pin]),
        ...look,
        change(trans.__('Remove'), requests.remove(name))
      ];
    case 'unrecorded':
      return [change(trans.__('Record'), requests.record()), ...look];
    default:
      return [
        upgrade,
        change(trans.__('Add to your packages'), requests.add([name])),
        ...look
      ];
  }
}
