import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../tools/project-root.ts';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import type { View } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';
import { settleTown } from '../support/tribbler-town.ts';

// Makes a picture of every page into `dist/pictures`. `ATOLL_PICTURES=renew npm test -- pictures` makes twice as many, and also renews
// those that the documents show, in `docs/pictures`.

const skip = skipWithoutBrowser;
const browser = new TestBrowser();
const isRenewing = process.env['ATOLL_PICTURES'] === 'renew';

/** Pictures that documents show. */
const shown: ReadonlySet<string> = new Set([
  'home-light-wide',
  'home-dark-phone',
  'profile-light-wide',
]);

async function takePicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(projectRoot, 'dist/pictures', `${name}.png`) });
  if (!isRenewing || !shown.has(name)) return;
  const session = await page.context().newCDPSession(page);
  // The last lines of a picture are sometimes black, where Chromium has no graphics card.
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  const clip = { x: 0, y: 0, width, height: height - 8, scale: 1 };
  const options = { format: 'webp', quality: 80, clip } as const;
  const { data } = await session.send('Page.captureScreenshot', options);
  mkdirSync(join(projectRoot, 'docs/pictures'), { recursive: true });
  const path = join(projectRoot, 'docs/pictures', `tribbler-${name}.webp`);
  writeFileSync(path, Buffer.from(data, 'base64'));
}

/** What a page is called, where it is, who looks, and what they do there. */
type Scene = readonly [
  name: string,
  path: string,
  user: string | undefined,
  act?: (page: Page) => Promise<void>,
];

const scenes: readonly Scene[] = [
  ['landing', '/', undefined],
  ['login', '/login', undefined],
  ['home', '/', 'heather'],
  ['first-visit', '/', 'newcomer'],
  ['profile', '/@robin', 'heather'],
  ['followers', '/@heather/followers', 'heather'],
  ['search', '/search', 'heather'],
  ['nobody', '/@nobody', 'heather'],
  ['help', '/', 'heather', (page) => page.keyboard.press('?')],
  [
    'compose',
    '/@robin',
    'heather',
    async (page) => {
      await page.keyboard.press('n');
      await page.locator('#compose-dialog').fill('Half way there, and the fog is back. '.repeat(8));
    },
  ],
  [
    'delete',
    '/',
    'heather',
    (page) => page.getByRole('button', { name: 'Delete this Tribble' }).first().click(),
  ],
  [
    'news',
    '/',
    'robin',
    async (page) => {
      await page.evaluate(`fetch('/v1/posts', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"text":"From another tab"}',
      })`);
      await page.getByRole('button', { name: '1 new post' }).waitFor();
    },
  ],
  [
    'undo',
    '/',
    'heather',
    async (page) => {
      await page.getByRole('button', { name: 'Delete this Tribble' }).first().click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.context().setOffline(true);
      await page.getByText('You are offline.').waitFor();
      await page.locator('#compose').fill('From the tunnel');
      await page.keyboard.press('Control+Enter');
      await page.getByText('Waiting for a connection.').waitFor();
    },
  ],
];

/** These two meet every rule of the style; the others are for those who want to look at them. */
const views: readonly (readonly [name: string, view: View])[] = [
  ['light-wide', { scheme: 'light' }],
  ['dark-phone', { scheme: 'dark', isPhone: true }],
];
const furtherViews: typeof views = [
  ['dark-wide', { scheme: 'dark' }],
  ['light-phone', { scheme: 'light', isPhone: true }],
];

for (const [viewName, view] of isRenewing ? [...views, ...furtherViews] : views) {
  test(`every page can be looked at (${viewName})`, { skip }, async (t) => {
    const site = await startSite(t);
    await settleTown(site);
    await site.join('newcomer');
    for (const [name, path, user, act] of scenes) {
      const person = user === undefined ? view : { ...view, user };
      const { page, problems } = await browser.open(site, path, person);
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: view.scheme ?? 'light' });
      await page.locator('main h1').waitFor({ state: 'attached' });
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      await act?.(page);
      await takePicture(page, `${name}-${viewName}`);
      const faults = problems.filter((problem) => !problem.includes('ERR_INTERNET_DISCONNECTED'));
      assert.deepEqual(faults, [], name);
      await page.context().close();
    }
  });
}
