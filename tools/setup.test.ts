import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Project } from '../test/support/project.ts';
import { projectRoot } from './project-root.ts';

// Setup runs in a small project of its own. Its npm is a script that notes that it was called and
// installs a compiler which notes the same, so that nothing is downloaded or built here.

const fakeNpm = `#!/bin/sh
echo "npm $*" >> calls
[ -e npm-is-broken ] && { echo 'no network' >&2; exit 1; }
rm -rf node_modules
mkdir -p node_modules/typescript/bin
cp bin/tsc node_modules/typescript/bin/tsc
echo '{}' > node_modules/typescript/package.json
cp package-lock.json node_modules/.package-lock.json
`;

class SetupProject extends Project {
  readonly env: NodeJS.ProcessEnv;

  constructor(t: TestContext) {
    super(t);
    this.env = { ...process.env, PATH: `${this.at('bin')}:${process.env['PATH']}` };
    this.write('package.json', '{ "type": "module" }');
    this.write('bin/npm', fakeNpm);
    this.write('bin/tsc', "require('fs').appendFileSync('calls', `tsc ${process.argv[2]}\\n`)");
    this.copy(projectRoot, 'tools/setup.js');
    const page = "import fs from 'node:fs'; fs.appendFileSync('calls', 'page\\n');";
    this.write('dist/tools/build-page.js', page);
    this.write('dist/src/cli/main.js', "console.log('started', ...process.argv.slice(2));");
    this.writeLock('1.0.0');
  }

  /** The lock as it is when every package is at `version`. */
  writeLock(version: string): void {
    const packages = {
      '': { name: 'project' },
      'node_modules/a': { version, integrity: `sha512-${version}` },
      'node_modules/b': { version, integrity: 'sha512-b', optional: true },
    };
    this.write('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }));
  }

  /** What was called since the last look, in order. */
  takeCalls(): string[] {
    const file = this.at('calls');
    if (!fs.existsSync(file)) return [];
    const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    fs.rmSync(file);
    return lines;
  }

  start(...args: string[]): ChildProcess {
    const { env } = this;
    return spawn(process.execPath, [this.at('tools/setup.js'), ...args], { env, cwd: tmpdir() });
  }
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

async function ended(child: ChildProcess): Promise<Ended> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, output };
}

const install = 'npm ci --no-audit --no-fund --ignore-scripts --loglevel=error';

test('a bare clone installs, builds and starts, with the arguments passed on', async (t) => {
  const project = new SetupProject(t);
  const { code, output } = await ended(project.start('start', '--port', '7100'));
  assert.equal(code, 0, output);
  assert.match(output, /started start --port 7100\n/);
  assert.deepEqual(project.takeCalls(), [install, 'tsc -b', 'page']);
});

test('what is installed is not installed again, until the lock changes', async (t) => {
  const project = new SetupProject(t);
  await ended(project.start('start'));
  project.takeCalls();
  await ended(project.start('start'));
  assert.deepEqual(project.takeCalls(), ['tsc -b', 'page']);
  project.writeLock('2.0.0');
  await ended(project.start('start'));
  assert.deepEqual(project.takeCalls(), [install, 'tsc -b', 'page']);
});

test('packages that nobody asked for, and optional ones that lack, are no reason to install', async (t) => {
  const project = new SetupProject(t);
  await ended(project.start('start'));
  project.takeCalls();
  const lockFile = 'node_modules/.package-lock.json';
  const lock = JSON.parse(fs.readFileSync(project.at(lockFile), 'utf8')) as {
    packages: Record<string, unknown>;
  };
  delete lock.packages['node_modules/b'];
  lock.packages['node_modules/c'] = { version: '1.0.0' };
  project.write(lockFile, JSON.stringify(lock));
  await ended(project.start('start'));
  assert.deepEqual(project.takeCalls(), ['tsc -b', 'page']);
});

test('a link to packages that fit is used, one to packages that do not is refused and kept', async (t) => {
  const project = new SetupProject(t);
  await ended(project.start('start'));
  fs.renameSync(project.at('node_modules'), project.at('elsewhere'));
  fs.symlinkSync('elsewhere', project.at('node_modules'));
  project.takeCalls();
  await ended(project.start('start'));
  assert.deepEqual(project.takeCalls(), ['tsc -b', 'page']);

  project.writeLock('2.0.0');
  const { code, output } = await ended(project.start('start'));
  assert.equal(code, 1);
  assert.match(output, /node_modules is a link to elsewhere/);
  assert.deepEqual(project.takeCalls(), []);
  assert.ok(fs.existsSync(project.at('elsewhere/.package-lock.json')));
});

test('two that start at once install once', async (t) => {
  const project = new SetupProject(t);
  const both = await Promise.all([ended(project.start('start')), ended(project.start('start'))]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  );
  assert.deepEqual(project.takeCalls(), [install, 'tsc -b', 'page', 'tsc -b', 'page']);
});

test('an install that fails says what it needs, and leaves nothing that a next try would trust', async (t) => {
  const project = new SetupProject(t);
  project.write('npm-is-broken', '');
  const { code, output } = await ended(project.start('start'));
  assert.equal(code, 1);
  assert.match(output, /no network\n[^]*npm ci failed; its reason is above/);
  fs.rmSync(project.at('npm-is-broken'));
  project.takeCalls();
  assert.equal((await ended(project.start('start'))).code, 0);
  assert.deepEqual(project.takeCalls(), [install, 'tsc -b', 'page']);
});

test('a build that fails stops there', async (t) => {
  const project = new SetupProject(t);
  await ended(project.start('start'));
  project.write('node_modules/typescript/bin/tsc', "console.log('TS2322'); process.exit(2)");
  const { code, output } = await ended(project.start('start'));
  assert.equal(code, 1);
  assert.match(output, /TS2322\n.*the build failed/);
  assert.doesNotMatch(output, /started/);
});

test('the exit code is that of what was run', async (t) => {
  const project = new SetupProject(t);
  project.write('dist/tools/check.js', 'process.exit(42)');
  assert.equal((await ended(project.start('check'))).code, 42);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} reaches what was started, which may end in its own way`, async (t) => {
    const project = new SetupProject(t);
    const body = `process.on('${signal}', () => { console.log('goodbye'); process.exit(7); });
      console.log('up'); setInterval(() => {}, 1000);`;
    project.write('dist/src/cli/main.js', body);
    const child = project.start('start');
    const result = ended(child);
    child.stdout?.on('data', (text: string) => {
      if (text.includes('up')) child.kill(signal);
    });
    assert.deepEqual(await result, { code: 7, signal: null, output: (await result).output });
    assert.match((await result).output, /goodbye/);
  });
}

test('what a signal ended looks ended by that signal', async (t) => {
  const project = new SetupProject(t);
  project.write('dist/src/cli/main.js', "process.kill(process.pid, 'SIGKILL')");
  assert.equal((await ended(project.start('start'))).signal, 'SIGKILL');
});

test('a lock of a process that died is taken over', async (t) => {
  const project = new SetupProject(t);
  project.write('bin/npm', fakeNpm.replace('rm -rf', 'kill -9 $PPID; rm -rf'));
  assert.equal((await ended(project.start('start'))).signal, 'SIGKILL');
  project.write('bin/npm', fakeNpm);
  assert.equal((await ended(project.start('start'))).code, 0);
});

test('an older Node is refused with the version that it takes', async (t) => {
  const project = new SetupProject(t);
  const older = "Object.defineProperty(process.versions, 'node', { value: '20.18.3' })";
  project.env['NODE_OPTIONS'] = `--import=data:text/javascript,${encodeURIComponent(older)}`;
  const { code, output } = await ended(project.start('start'));
  assert.equal(code, 1);
  assert.match(output, /Atoll needs Node\.js 20\.19 or newer; this is 20\.18\.3\./);
  assert.deepEqual(project.takeCalls(), []);
});

test('an unknown command names the ones there are', async (t) => {
  const { code, output } = await ended(new SetupProject(t).start('play'));
  assert.equal(code, 1);
  assert.match(output, /expected one of start, test, check, bench, .*got 'play'/);
});
