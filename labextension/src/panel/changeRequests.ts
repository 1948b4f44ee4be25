import type { TranslationBundle } from '@jupyterlab/translation';
import { INDEX, type IDistribution } from '../api/answers';

/**
 * A change that was requested and not made yet, in the words of its preview.
 */
export interface IChangeRequest {
  verb:
    | 'install'
    | 'uninstall'
    | 'upgrade'
    | 'undo'
    | 'redo'
    | 'record'
    | 'restore';
  words: string[];
  flags: string[];
  title: string;
  /** The button that makes it. */
  label: string;
  /** What to say where nothing would be installed or removed. */
  nothing: string;
  /** Whether it is worth making even then, as it changes what is recorded. */
  records: boolean;
}

/**
 * Tell whether a requirement allows one version only.
 */
export function isPinned(requirement: string | null): boolean {
  const [head] = (requirement ?? '').split(';');
  return /===|==(?!\s*[^,]*\*)/.test(head);
}

/**
 * Tell whether a requirement is an address or a folder, which has no versions to choose from.
 */
export function isDirect(requirement: string | null): boolean {
  return /^[^;<>=!~]*@/.test(requirement ?? '');
}

/**
 * Return requirements as a person types them into the field for new packages.
 */
export function typedWords(words: string[]): string {
  return words
    .map(word => (/[\s;'"]/.test(word) ? quoted(word) : word))
    .join(' ');
}

function quoted(word: string): string {
  return word.includes("'") ? `"${word}"` : `'${word}'`;
}

/**
 * Return a requirement's name with its extras.
 */
function bare({ name, requirement }: IDistribution): string {
  const extras = /^[^[;<>=!~@]*(\[[^\]]*\])/.exec(requirement ?? '');
  return `${name}${extras ? extras[1] : ''}`;
}

/**
 * Makes the requests of the panel.
 */
export class ChangeRequests {
  constructor(private _trans: TranslationBundle) {}

  add(requirements: string[], flags: string[] = []): IChangeRequest {
    const { _trans: trans } = this;
    const names = requirements.join(', ');
    const index = flags.find(flag => flag.startsWith(INDEX));
    return this._make(
      'install',
      requirements,
      {
        title: index
          ? trans.__('Add %1 from %2?', names, index.slice(INDEX.length))
          : trans.__('Add %1?', names),
        label: trans.__('Add'),
        nothing: trans.__('Already installed; it is added to your packages.'),
        records: true
      },
      flags
    );
  }

  remove(name: string): IChangeRequest {
    const { _trans: trans } = this;
    return this._make('uninstall', [name], {
      title: trans.__('Remove %1?', name),
      label: trans.__('Remove'),
      nothing: trans.__(
        'Other packages still need it, so it stays installed. It is no longer one of yours.'
      ),
      records: true
    });
  }

  upgrade(names: string[]): IChangeRequest {
    const { _trans: trans } = this;
    return this._make('upgrade', names, {
      title: names.length
        ? trans.__('Upgrade %1?', names.join(', '))
        : trans.__('Upgrade all packages?'),
      label: trans.__('Upgrade'),
      nothing: names.length
        ? trans.__('This is the newest version that your packages allow.')
        : trans.__('All packages are as new as their requirements allow.')
    });
  }

  unpinAndUpgrade(distribution: IDistribution): IChangeRequest {
    const { _trans: trans } = this;
    return this._make(
      'install',
      [bare(distribution)],
      {
        title: trans.__(
          '%1 is pinned to %2. Unpin and upgrade it?',
          distribution.name,
          distribution.version
        ),
        label: trans.__('Unpin and upgrade'),
        nothing: trans.__('This is the newest version. It is only unpinned.'),
        records: true
      },
      ['upgrade']
    );
  }

  pin(distribution: IDistribution): IChangeRequest {
    const { _trans: trans } = this;
    const { name, version } = distribution;
    return this._make('install', [`${bare(distribution)}==${version}`], {
      title: trans.__('Pin %1 to %2?', name, version),
      label: trans.__('Pin'),
      nothing: trans.__('Nothing is installed. Upgrades will leave it alone.'),
      records: true
    });
  }

  unpin(distribution: IDistribution): IChangeRequest {
    const { _trans: trans } = this;
    const { name, version } = distribution;
    return this._make('install', [`${bare(distribution)}>=${version}`], {
      title: trans.__('Unpin %1?', name),
      label: trans.__('Unpin'),
      nothing: trans.__(
        'Nothing is installed. Upgrades may move it to newer versions.'
      ),
      records: true
    });
  }

  undo(change: string): IChangeRequest {
    const { _trans: trans } = this;
    return this._make('undo', [], {
      title: trans.__('Undo “%1”?', change),
      label: trans.__('Undo'),
      nothing: trans.__('No package changes, only what is recorded.'),
      records: true
    });
  }

  redo(change: string): IChangeRequest {
    const { _trans: trans } = this;
    return this._make('redo', [], {
      title: trans.__('Redo “%1”?', change),
      label: trans.__('Redo'),
      nothing: trans.__('No package changes, only what is recorded.'),
      records: true
    });
  }

  record(): IChangeRequest {
    const { _trans: trans } = this;
    return this._make('record', [], {
      title: trans.__('Record what is installed?'),
      label: trans.__('Record'),
      nothing: trans.__('Nothing is installed or removed.'),
      records: true
    });
  }

  private _make(
    verb: IChangeRequest['verb'],
    words: string[],
    text: Pick<IChangeRequest, 'title' | 'label' | 'nothing'> & {
      records?: boolean;
    },
    flags: string[] = []
  ): IChangeRequest {
    return { records: false, ...text, verb, words, flags };
  }
}
