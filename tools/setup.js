// @ts-check
/**
 * What stands behind `npm start`, `npm test`, `npm run check`, `npm run bench` and `npm run sim`: on a bare clone it
 * installs what is missing, builds, and runs the command. Plain JavaScript without a package, because
 * it runs before there is a compiler or a node_modules; the only such file of the project.
 *
 * Nothing here is done twice. Packages are installed only when node_modules is not what
 * package-lock.json says, and the compiler skips what has not changed, so a second `npm start` is on
 * its way in a fraction of a second and needs no network.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const nodeVersionMin = [20, 19];
const root = fs.realpathSync(fileURLToPath(new URL('..', import.meta.url)));

/** What each command runs once everything is built; further arguments are passed on. */
const entries = new Map([
  ['start', ['dist/src/cli/main.js', 'start']],
  ['test', ['dist/tools/run-tests.js']],
  ['check', ['dist/tools/check.js']],
  ['bench', ['dist/bench/main.js']],
  ['sim', ['dist/test/swarm/main.js']],
  ['example:counter', ['dist/examples/counter/main.js']],
]);

/** A failure that is explained in words; anything else that is thrown is a bug and shows its stack. */
class SetupFailed extends Error {}

/** @param {string} text */
function say(text) {
  process.stderr.write(`atoll: ${text}\n`);
}

/** @param {string} version */
function isNodeNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin = 0, minorMin = 0] = nodeVersionMin;
  return major > majorMin || (major === majorMin && minor >= minorMin);
}

/**
 * Runs a program to its end with our terminal, passing on the signals that we get. Gives its exit code,
 * or the signal that ended it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions }} [options]
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
function run(command, args, { env = process.env, stdio = 'inherit' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio });
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      // Ctrl-C in a terminal reaches the child by itself: the terminal tells the whole process group.
      // A second copy from us would look like an impatient second Ctrl-C.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    /** @type {readonly NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, passOn);
    const stopPassing = () => {
      for (const signal of signals) process.off(signal, passOn);
    };
    child.once('error', (error) => {
      stopPassing();
      reject(new SetupFailed(`${command} could not be run: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      stopPassing();
      resolve({ code, signal });
    });
  });
}

/**
 * Whether the packages in node_modules are those of package-lock.json. npm writes what it installed to
 * node_modules/.package-lock.json, as the last thing it does: an install that was cut short leaves none.
 * Packages more than the lock names do no harm; optional ones may be missing (another platform's).
 */
function packagesMatchLock() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules/.package-lock.json'));
  if (wanted === undefined) throw new SetupFailed('package-lock.json is missing or not readable');
  if (present === undefined) return false;
  for (const [path, { version, integrity, optional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const installed = present[path];
    if (installed === undefined && optional === true) continue;
    if (installed?.version !== version || installed?.integrity !== integrity) return false;
  }
  return true;
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined}
 */
function readPackages(lockFile) {
  try {
    const lock = /** @type {{ packages: ReturnType<typeof readPackages> }} */ (
      JSON.parse(fs.readFileSync(lockFile, 'utf8'))
    );
    return lock.packages;
  } catch {
    return undefined;
  }
}

async function installPackages() {
  if (packagesMatchLock()) return;
  const folder = join(root, 'node_modules');
  // npm ci deletes node_modules and makes it anew, which through a link would be somebody else's.
  if (fs.lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    const target = fs.readlinkSync(folder);
    throw new SetupFailed(
      `node_modules is a link to ${target}, and the packages there are not those of ` +
        'package-lock.json. Run `npm ci` there, or remove the link.',
    );
  }
  say('installing the packages of package-lock.json (npm ci) …');
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { code } = await run('npm', args, { stdio: ['ignore', 2, 2] });
  if (code !== 0) {
    throw new SetupFailed(
      'npm ci failed; its reason is above. It needs a connection to the npm registry, or a filled npm cache.',
    );
  }
}

async function build() {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { code } = await run(process.execPath, [compiler, '-b', '.', 'src/tribbler/web'], {
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0) throw new SetupFailed('the build failed; the errors are above.');
  const page = await run(process.execPath, ['dist/tools/build-page.js'], {
    stdio: ['ignore', 2, 2],
  });
  if (page.code !== 0) throw new SetupFailed('the page was not built; the errors are above.');
  // npx makes it executable when it first links this folder; a clone made anew at the same place is linked already.
  fs.chmodSync(join(root, 'dist/src/cli/main.js'), 0o755);
}

/**
 * Runs `work` while no other setup of the same clone does: two that install or build at once would read
 * each other's half-written files. The lock is a file that holds the owner's process id; that of an
 * owner who died without tidying up is taken over.
 *
 * @param {() => Promise<void>} work
 */
async function alone(work) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const lockFile = join(tmpdir(), `atoll-setup-${process.getuid?.() ?? 0}-${name}.lock`);
  for (let tries = 0; !takeLock(lockFile); tries++) {
    const owner = readOwner(lockFile);
    if (owner !== undefined && !isAlive(owner)) fs.rmSync(lockFile, { force: true });
    else if (tries === 20) say(`waiting for another setup of this folder (${lockFile}) …`);
    await sleep(100);
  }
  const release = () => fs.rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** @param {string} lockFile */
function takeLock(lockFile) {
  try {
    fs.writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The process that holds the lock; undefined while it is between making the file and writing into it.
 *
 * @param {string} lockFile
 */
function readOwner(lockFile) {
  try {
    const owner = Number(fs.readFileSync(lockFile, 'utf8'));
    return owner > 0 ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @param {string} program */
function isOnPath(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => folder !== '' && fs.existsSync(join(folder, program)));
}

/** What the tests look for on the machine, and the packages of Debian that bring it. */
const testPrograms = [
  {
    programs: ['redis-server', 'redis-cli', 'redis-benchmark'],
    packages: ['redis-server', 'redis-tools'],
    // The package would have Debian start a server at the next boot; the tests start their own.
    service: 'redis-server',
  },
  { programs: ['chromium'], packages: ['chromium'] },
];

/**
 * The tests compare Atoll with Redis, and walk through the web page in Chromium. Where these can be had without asking
 * (Debian, as root) they are installed; everywhere else those tests are skipped and say so.
 */
async function installTestPrograms() {
  const missing = testPrograms.filter(({ programs }) => !programs.every(isOnPath));
  if (missing.length === 0) return;
  const packages = missing.flatMap((wanted) => wanted.packages);
  const names = packages.join(', ');
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !fs.existsSync('/etc/debian_version') || !isOnPath('apt-get')) {
    say(`tests that need what is not installed (${names}) are skipped.`);
    return;
  }
  say(`installing ${names} for the tests (apt-get) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const stdio = /** @type {const} */ (['ignore', 'ignore', 2]);
  const allowServices = forbidServices();
  try {
    const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
    for (const args of [['update', '-q'], install]) {
      const { code } = await run('apt-get', args, { env, stdio: [...stdio] });
      if (code === 0) continue;
      say(`apt-get ${args[0]} failed, its reason is above: tests that need ${names} are skipped.`);
      return;
    }
    for (const { service } of missing) {
      if (service === undefined || !isOnPath('systemctl')) continue;
      await run('systemctl', ['disable', service], { stdio: 'ignore' });
    }
  } finally {
    allowServices();
  }
}

/**
 * Keeps Debian from starting the service that a package brings, in Debian's own way: the installer asks
 * /usr/sbin/policy-rc.d, and 101 means no. Gives the function that takes it back.
 */
function forbidServices() {
  const policy = '/usr/sbin/policy-rc.d';
  try {
    fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 });
  } catch {
    return () => {}; // The machine has a policy of its own.
  }
  const remove = () => fs.rmSync(policy, { force: true });
  process.once('exit', remove);
  return () => {
    process.off('exit', remove);
    remove();
  };
}

async function main() {
  const [command = '', ...args] = process.argv.slice(2);
  const entry = entries.get(command);
  if (entry === undefined) {
    throw new SetupFailed(`expected one of ${[...entries.keys()].join(', ')}, got '${command}'`);
  }
  if (!isNodeNewEnough(process.versions.node)) {
    throw new SetupFailed(
      `Atoll needs Node.js ${nodeVersionMin.join('.')} or newer; this is ${process.versions.node}.`,
    );
  }
  await alone(async () => {
    await installPackages();
    if (command === 'test') await installTestPrograms();
    await build();
  });
  const { code, signal } = await run(process.execPath, [...entry, ...args]);
  // Ended by a signal: end the same way, so that our caller sees what we saw.
  if (signal !== null) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SetupFailed)) throw error;
  say(error.message);
  process.exitCode = 1;
}
