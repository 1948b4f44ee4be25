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
  suggestEnvironments = true;
  showImportMarks = true;
  loadWidgets = true;
  /** Resolves when the settings are loaded, or cannot be: the defaults then stay. */
  readonly ready: Promise<void>;

  constructor(registry: ISettingRegistry | null, plugin: string) {
    const loading = registry?.load(plugin).then(settings => {
      this._take(settings);
      settings.changed.connect(() => this._take(settings));
    });
    this.ready = (loading ?? Promise.resolve()).catch(() => undefined);
  }

  private _take({ composite }: ISettingRegistry.ISettings): void {
    this.restore = composite.restore as Policy;
    this.saveAfterChange = composite.saveAfterChange !== false;
    this.showInStatusBar = composite.showInStatusBar !== false;
    this.suggestInstalls = composite.suggestInstalls !== false;
    this.suggestEnvironments = composite.suggestEnvironments !== false;
    this.showImportMarks = composite.showImportMarks !== false;
    this.loadWidgets = composite.loadWidgets !== false;
    this.changed.emit();
  }
}
