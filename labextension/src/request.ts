import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/**
 * The only caller of nbenv's server extension: GET below `nbenv/api`.
 */
export async function requestAPI(
  path: string,
  settings: ServerConnection.ISettings
): Promise<unknown> {
  const url = URLExt.join(settings.baseUrl, 'nbenv', 'api', path);
  const response = await ServerConnection.makeRequest(url, {}, settings);
  if (!response.ok) {
    throw new ServerConnection.ResponseError(response);
  }
  return response.json();
}
