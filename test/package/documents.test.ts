import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { projectRoot } from '../../tools/project-root.ts';
import { AtollProcess } from '../support/atoll.ts';

const runFile = promisify(execFile);
// Inside the package, so that `atoll/client` means this package and `redis` the one that is installed.
const folder = join(projectRoot, 'dist/snippets');
const compiler = join(projectRoot, 'node_modules/typescript/bin/tsc');
const server = new AtollProcess(['geo', '--port', '0', '--admin-port', '0', '--json']);
let port = 0;

before(async () => {
  await server.said('stdout', '\n');
  const { queryPorts } = JSON.parse(server.stdout) as { queryPorts: [number] };
  [port] = queryPorts;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});

after(async () => {
  server.child.kill('SIGTERM');
  await server.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The code of a document in one language, block by block, talking to the server of this test. */
function snippets(document: string, language: 'js' | 'ts'): string[] {
  const text = readFileSync(join(projectRoot, document), 'utf8');
  const blocks = text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'));
  return [...blocks].map(([, code = '']) => code.replaceAll('7001', String(port)));
}

/** Compiles files as a strict project of a stranger would, and runs the last of them. */
async function output(files: Readonly<Record<string, string>>): Promise<string> {
  const names = Object.keys(files);
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
  const sources = names.filter((name) => name.endsWith('.ts'));
  const options = [
    '--ignoreConfig',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--skipLibCheck',
  ];
  if (sources.length > 0) {
    await runFile(process.execPath, [compiler, ...options, ...sources], { cwd: folder });
  }
  const program = names.at(-1)?.replace(/\.ts$/, '.js') ?? '';
  const { stdout } = await runFile(process.execPath, [program], { cwd: folder, timeout: 30_000 });
  return stdout;
}

test('what the README shows does what it says', async () => {
  const [store = '', actors = ''] = snippets('README.md', 'ts');
  // The change comes over a connection of its own: before the list or after it.
  assert.deepEqual((await output({ 'readme-store.ts': store })).split('\n').toSorted(), [
    '',
    'room/gates open',
    "{ type: 'put', key: 'room/gates', value: 'open' }",
  ]);
  assert.equal(await output({ 'readme-actors.ts': `${actors}console.log(count);` }), '5050\n');
  const [redis = ''] = snippets('README.md', 'js');
  assert.equal(
    await output({ 'readme-redis.js': redis }),
    "heather\n[ '', [ 'session/42', 'heather' ] ]\n",
  );
});

test('what "Getting started" shows does what it says', async () => {
  const [store = '', counter = '', main = ''] = snippets('docs/start.md', 'ts');
  assert.equal(await output({ 'start-store.ts': store }), 'open\nundefined\n');
  assert.equal(await output({ 'counter.ts': counter, 'main.ts': main }), '42\n42\n');
  const [redis = '', pages = ''] = snippets('docs/start.md', 'js');
  const fill = "for (let i = 10; i < 35; i++) await client.set('page/' + i, i);\n";
  const both = redis.replace('await client.quit();', fill + pages + 'await client.quit();');
  const lines = (await output({ 'start-redis.js': both })).trim().split('\n');
  assert.deepEqual(lines.slice(0, 2), ['heather 1800', "[ '', [ 'session/42', 'heather' ] ]"]);
  assert.deepEqual(
    lines.slice(2),
    Array.from({ length: 25 }, (_, i) => `page/${i + 10} ${i + 10}`),
  );
});
