import { Signal } from '@lumino/signaling';
import type { IWidgetModule } from '../contributions';
import { Managers, type IManager } from '../managers';

const PLOT: IWidgetModule = { name: 'plot', version: '1.0.0', exports: {} };

/** As the manager's package has them: the method is that of a class above. */
function managerClasses() {
  class LabManager {
    kernel = { id: 'k' };
    known = new Set<string>();
    register({ name }: IWidgetModule): void {
      this.known.add(name);
    }
    async loadClass(className: string, moduleName: string): Promise<string> {
      if (!this.known.has(moduleName)) {
        throw new Error(`No version of module ${moduleName} is registered`);
      }
      return `${moduleName}.${className}`;
    }
  }
  class WidgetManager extends LabManager {}
  return WidgetManager;
}

function scopeOf(WidgetManager: unknown) {
  const get = async () => () => ({ WidgetManager });
  return { '@jupyter-widgets/jupyterlab-manager': { '5.0.0': { get } } };
}

describe('Managers', () => {
  it('ask a kernel for what it has only once it is quiet', async () => {
    jest.useFakeTimers();
    const asked: string[] = [];
    class Manager {
      kernel: {
        id: string;
        status: string;
        statusChanged: Signal<object, string>;
      };
      constructor(id: string, status: string) {
        this.kernel = { id, status, statusChanged: new Signal({}) };
      }
      async loadClass(): Promise<void> {
        return;
      }
      async _loadFromKernel(): Promise<void> {
        asked.push(this.kernel.id);
      }
    }
    await new Managers(scopeOf(Manager), async () => 0).adopt();
    const [idle, busy] = [
      new Manager('idle', 'idle'),
      new Manager('busy', 'busy')
    ];
    await idle._loadFromKernel();
    const loading = busy._loadFromKernel();
    const become = async (status: string, milliseconds: number) => {
      busy.kernel.statusChanged.emit(status);
      await jest.advanceTimersByTimeAsync(milliseconds);
    };
    await become('idle', 100);
    await become('busy', 5000); // it takes what the page has answered
    expect(asked).toEqual(['idle']);
    await become('idle', 1000);
    await loading;
    expect(asked).toEqual(['idle', 'busy']);
    jest.useRealTimers();
  });

  it('get the modules of their notebook before they need them', async () => {
    const WidgetManager = managerClasses();
    const supply = async (manager: IManager, isMissing: boolean) => {
      expect(isMissing).toBe(false);
      manager.register(PLOT);
      return 1;
    };
    const managers = new Managers(scopeOf(WidgetManager), supply);
    await managers.adopt();
    await managers.adopt(); // once is enough
    const manager = new WidgetManager();
    expect(await manager.loadClass('View', 'plot')).toBe('plot.View');
  });

  it('look again for a module that came a moment ago', async () => {
    const WidgetManager = managerClasses();
    const asked: boolean[] = [];
    const managers = new Managers(
      scopeOf(WidgetManager),
      async (manager, isMissing) => {
        asked.push(isMissing);
        if (isMissing) {
          manager.register(PLOT);
        }
        return isMissing ? 1 : 0;
      }
    );
    await managers.adopt();
    const manager = new WidgetManager();
    expect(await manager.loadClass('View', 'plot')).toBe('plot.View');
    expect(asked).toEqual([false, true]);
  });

  it('look again for each of several classes that are missing at once', async () => {
    const WidgetManager = managerClasses();
    const managers = new Managers(
      scopeOf(WidgetManager),
      async (manager, isMissing) => {
        if (isMissing) {
          await new Promise(resolve => setTimeout(resolve, 10));
          manager.register(PLOT); // for the first one; the others find it given
        }
        return isMissing ? 1 : 0;
      }
    );
    await managers.adopt();
    const manager = new WidgetManager();
    const names = ['Model', 'View', 'Toolbar'];
    expect(
      await Promise.all(names.map(each => manager.loadClass(each, 'plot')))
    ).toEqual(['plot.Model', 'plot.View', 'plot.Toolbar']);
  });

  it('fail as before where nobody brings a module', async () => {
    const WidgetManager = managerClasses();
    const managers = new Managers(scopeOf(WidgetManager), async () => 0);
    await managers.adopt();
    const manager = new WidgetManager();
    await expect(manager.loadClass('View', 'plot')).rejects.toThrow(
      'No version of module plot is registered'
    );
  });

  it('need not be there', async () => {
    await new Managers({}, async () => 0).adopt();
  });
});
