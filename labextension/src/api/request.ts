import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { ResponseError } from './errors';

async function respond(
  path: string,
  init: RequestInit,
  settings: ServerConnection.ISettings
): Promise<Response> {
  const url = URLExt.join(settings.baseUrl, 'nbenv', 'api', path);
  const response = await ServerConnection.makeRequest(url, init, settings);
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    const message = (body as { message?: unknown } | null)?.message;
    throw new ResponseError(
      response.status,
      typeof message === 'string' ? message : response.statusText,
      body
    );
  }
  return response;
}

/**
 * Ask nbenv's server extension; its JSON API is below `nbenv/api`.
 */
export async function requestAPI(
  path: string,
  settings: ServerConnection.ISettings,
  init: RequestInit = {}
): Promise<unknown> {
  return (await respond(path, init, settings)).json();
}

/**
 * Yield the JSON lines of a response as they arrive; empty lines only keep the connection alive.
 */
export async function* requestLines(
  path: string,
  settings: ServerConnection.ISettings
): AsyncGenerator<unknown> {
  const { body } = await respond(path, {}, settings);
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  while (reader) {
    const { done, value } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line) {
        yield JSON.parse(line);
      }
    }
    if (done) {
      return;
    }
  }
}
