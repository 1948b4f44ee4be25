import { readdirSync, readFileSync } from 'fs';
import { dirname, join, relative, resolve } from 'path';

const ROOT = resolve(__dirname, '..');

/** What each room may import besides itself; the modules at the top may import all. */
const ALLOWED: Record<string, string[]> = {
  api: [],
  ui: ['api', 'tokens'],
  environment: ['api', 'tokens'],
  approval: ['api', 'environment', 'tokens', 'ui'],
  widgets: ['api', 'environment', 'tokens', 'ui'],
  panel: ['api', 'environment', 'tokens', 'ui', 'widgets'],
  notebook: ['api', 'environment', 'tokens', 'ui'],
  marks: ['api', 'environment', 'tokens', 'ui'],
  moving: ['api', 'environment', 'tokens', 'ui'],
  tokens: ['api']
};

const MODULES = (readdirSync(ROOT, { recursive: true }) as string[])
  .map(name => name.replace(/\\/g, '/'))
  .filter(name => /(?<!\.d)\.tsx?$/.test(name) && !name.includes('__tests__'));

function text(module: string): string {
  return readFileSync(join(ROOT, module), 'utf-8');
}

function room(module: string): string {
  return module.split('/')[0].replace(/\.tsx?$/, '');
}

function imports(module: string): string[] {
  const from = [...text(module).matchAll(/from '(\.[^']*)'/g)];
  return from
    .map(([, path]) => relative(ROOT, resolve(ROOT, dirname(module), path)))
    .map(path => path.replace(/\\/g, '/'))
    .flatMap(path =>
      MODULES.filter(each => each.replace(/\.tsx?$/, '') === path)
    );
}

describe('the rooms', () => {
  it('are the known ones', () => {
    const rooms = MODULES.filter(each => each.includes('/')).map(room);
    expect([...new Set([...rooms, 'tokens'])].sort()).toEqual(
      Object.keys(ALLOWED).sort()
    );
  });

  it('import only what is below them', () => {
    const upward = MODULES.filter(each => room(each) in ALLOWED).flatMap(each =>
      imports(each)
        .filter(
          other =>
            room(other) !== room(each) &&
            !ALLOWED[room(each)].includes(room(other))
        )
        .map(other => `${each} -> ${other}`)
    );
    expect(upward).toEqual([]);
  });

  it('have no circle of imports', () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (module: string, path: string[]) => {
      if (path.includes(module)) {
        circles.push([...path, module].join(' -> '));
      } else if (!done.has(module)) {
        imports(module).forEach(each => visit(each, [...path, module]));
        done.add(module);
      }
    };
    MODULES.forEach(each => visit(each, []));
    expect(circles).toEqual([]);
  });

  it('have modules of at most 300 lines', () => {
    const long = MODULES.filter(each => text(each).split('\n').length > 301);
    expect(long).toEqual([]);
  });

  it('start jobs through the model alone, which asks for approval', () => {
    const STARTS = /\.(start|query)\((?!\))/;
    const starting = MODULES.filter(each => STARTS.test(text(each)));
    expect(starting.sort()).toEqual([
      'api/client.ts',
      'environment/jobRunner.ts',
      'environment/model.ts'
    ]);
    const runner = 'environment/jobRunner.ts';
    const running = MODULES.filter(each => imports(each).includes(runner));
    expect(running).toEqual(['environment/model.ts']);
  });

  it('post to the server in the client alone', () => {
    const POSTS =
      /requestAPI\(|makeRequest\(|method: '(POST|PUT|PATCH|DELETE)'/;
    const posting = MODULES.filter(each => POSTS.test(text(each)));
    expect(posting.sort()).toEqual([
      'api/client.ts',
      'api/request.ts',
      'pluginParts.ts'
    ]);
  });

  it('load without what only pages with notebooks share', () => {
    const loaded = new Set<string>();
    const load = (module: string) => {
      if (!loaded.has(module)) {
        loaded.add(module);
        imports(module).forEach(load);
      }
    };
    load('index.ts');
    const USES =
      /^(import|export) (?!type )[^;]*from '@(codemirror|jupyterlab\/statusbar)\b/m;
    const using = MODULES.filter(each => USES.test(text(each)));
    expect(using).toEqual(['marks/editorMarks.ts']);
    expect(loaded).not.toContain('marks/editorMarks.ts');
    expect(loaded).toContain('marks/importMarks.tsx');
  });

  it('add commands in one module, which says what asks', () => {
    const adding = MODULES.filter(each => /\.addCommand\(/.test(text(each)));
    expect(adding).toEqual(['commands.ts']);
  });
});
