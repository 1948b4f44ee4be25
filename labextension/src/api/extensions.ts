import { shaped, type Shape } from './shape';

/**
 * What an extension of JupyterLab is for: the manager of all widgets, widgets, outputs of certain
 * MIME types, or something else.
 */
export type ExtensionKind = 'manager' | 'widgets' | 'renderer' | 'other';

/**
 * A prebuilt extension of JupyterLab that a notebook's environment brings.
 */
export interface IPageExtension {
  name: string;
  version: string;
  /** The package that brings it. */
  distribution: string;
  /** Identifies its files and their contents. */
  digest: string;
  kind: ExtensionKind;
  /** The script of its container, relative to `url`. */
  load: string;
  /** The modules of its container, '' for none. */
  extension: string;
  mimeExtension: string;
  style: string;
  /** The major version of the base of widgets that it is made for, 0 if it does not say. */
  base: number;
  /** The ids of its plugins that have settings. */
  schemas: string[];
  /** The address of its folder, relative to the API's. */
  url: string;
}

const EXTENSION: Shape = {
  name: 'string',
  version: 'string',
  distribution: 'string',
  digest: 'string',
  kind: 'string',
  load: 'string',
  extension: 'string',
  mimeExtension: 'string',
  style: 'string',
  base: 'number',
  schemas: 'array',
  url: 'string'
};

/**
 * Read the extensions of an environment as the server sends them.
 */
export function readExtensions(answer: unknown): IPageExtension[] {
  const shape: Shape = { extensions: 'array' };
  const { extensions } = shaped<{ extensions: unknown[] }>(
    answer,
    shape,
    'extensions'
  );
  return extensions.map(each => shaped(each, EXTENSION, 'extensions'));
}

/**
 * Return the address of the schema of a plugin's settings, relative to the API's.
 */
export function schemaPath(extension: IPageExtension, plugin: string): string {
  const name = plugin.slice(extension.name.length + 1);
  return `${extension.url}/schemas/${extension.name}/${name}.json`;
}
