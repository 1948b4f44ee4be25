import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { AnswerError } from './errors';

async function respond(
  path: string,
  init: RequestInit,
  settings: ServerConnection.ISettings
): Promise<Response> {
  const url = URLExt.join(settings.baseUrl, 'nbenv', 'api', path);
  const response = await ServerConnection.makeRequest(url, init, settings);
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    const said = (body as { message?: unknown } | null)?.message;
    throw new AnswerError(
      response.status,
      typeof said === 'string' ? said : response.statusText,
      body
    );
  }
  return response;
}

/**
 * Ask nbenv's server extension, the JSON API below `nbenv/api`.
 */
export async function requestAPI(
  path: string,
  settings: ServerConnection.ISettings,
  init: RequestInit = {}
): Promise<unknown> {
  return (await respond(path, init, settings)).json();
}

/**
 * Read an answer of JSON lines as they come; empty lines only keep the connection alive.
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
