import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root.ts';

// Makes the web page of Tribbler, `dist/page/tribbler`, from `src/tribbler/web`. `setup.js` calls it each time; if nothing has
// changed it only compares a digest, and does not even load Vite.

const source = join(projectRoot, 'src/tribbler/web');
const target = join(projectRoot, 'dist/page/tribbler');
const stampFile = join(projectRoot, 'dist/page/tribbler.stamp');

/** A digest of all that the page is made of: its source, the words it shares, the packages, this program. */
function digestOfInputs(): string {
  const words = join(projectRoot, 'src/tribbler');
  const files = [
    ...readdirSync(source, { recursive: true, encoding: 'utf8' }).map((name) => join(source, name)),
    ...readdirSync(words).map((name) => join(words, name)),
    join(projectRoot, 'package-lock.json'),
    join(projectRoot, 'tools/build-page.ts'),
  ];
  const digest = createHash('sha256');
  for (const file of files.filter((name) => statSync(name).isFile()).toSorted()) {
    digest.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return digest.digest('hex');
}

/**
 * Nothing is drawn before the script has run: it knows which colours the reader has chosen, and without it the page would flash in
 * those of the system. Vite drops the attribute where the source has it.
 */
function drawNothingBefore(html: string): string {
  return html.replace('<script type="module"', '<script type="module" blocking="render"');
}

async function buildPage(): Promise<void> {
  const { build } = await import('vite');
  await build({
    root: source,
    configFile: false,
    logLevel: 'warn',
    plugins: [{ name: 'first-things-first', transformIndexHtml: drawNothingBefore }],
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: target,
      emptyOutDir: true,
      target: 'es2022',
      // The content security policy allows files of our own origin alone: nothing may become a `data:` address or a script
      // within the page.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
}

const digest = digestOfInputs();
const isBuilt =
  existsSync(join(target, 'index.html')) &&
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === digest;
if (!isBuilt) {
  // Without its stamp a build that is cut short is made again.
  rmSync(stampFile, { force: true });
  await buildPage();
  writeFileSync(stampFile, digest);
}
