import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';
import type { Policy } from './approval/approvals';

/**
 * The user's settings; the schema's defaults until they are loaded.
 */
export class Settings {
  readonly changed = new Signal<this, void>(this);
  restore: Policy = 'ask';
  saveAfterChange = true;
  showInStatusBar = true;
  suggestInstalls = true;

  constructor(registry: ISettingRegistry | null, plugin: string) {
    void registry?.load(plugin).then(
      settings => {
        this._take(settings);
        settings.changed.connect(() => this._take(settings));
      },
      () => undefined // the defaults stay
    );
  }

  private _take({ composite }: ISettingRegistry.ISettings): void {
    this.restore = composite.restore as Policy;
    this.saveAfterChange = composite.saveAfterChange !== false;
    this.showInStatusBar = composite.showInStatusBar !== false;
    this.suggestInstalls = composite.suggestInstalls !== false;
    this.changed.emit();
  }
}
