import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../tools/project-root.ts';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';
import { settleTown } from '../support/tribbler-town.ts';

// Makes a picture of every page. They are in `dist/pictures`; those that the documents show are renewed in
// `docs/pictures` by `ATOLL_PICTURES=renew npm test -- pictures`.

const skip = skipWithoutBrowser;
const browser = new TestBrowser();
const folder = join(projectRoot, 'dist/pictures');

async function takePicture(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'png' });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.png`), Buffer.from(data, 'base64'));
}

test('every page can be looked at', { skip }, async (t) => {
  const site = await startSite(t);
  await settleTown(site);
  await site.join('newcomer');
  const tribble = await site.post('heather', 'One thing at a time, said the escalator.', 1);
  const addresses: readonly (readonly [name: string, path: string, user: string | undefined])[] = [
    ['landing', '/', undefined],
    ['login', '/login', undefined],
    ['home', '/', 'heather'],
    ['first-visit', '/', 'newcomer'],
    ['profile', '/@robin', 'heather'],
    ['followers', '/@heather/followers', 'heather'],
    ['permalink', `/@heather/${tribble.key}`, 'heather'],
    ['search', '/search', 'heather'],
    ['nobody', '/@nobody', 'heather'],
  ];
  for (const [name, path, user] of addresses) {
    for (const scheme of ['light', 'dark'] as const) {
      for (const isPhone of [false, true]) {
        const view = { scheme, isPhone, ...(user === undefined ? {} : { user }) };
        const { page, problems } = await browser.open(site, path, view);
        await page.locator('main h1').waitFor({ state: 'attached' });
        await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        await takePicture(page, `${name}-${scheme}-${isPhone ? 'phone' : 'wide'}`);
        assert.deepEqual(problems, [], `${name} ${scheme}`);
        await page.context().close();
      }
    }
  }
});
