import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';
import { settleTown } from '../support/tribbler-town.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

/** What axe finds, as lines to read. */
async function findFaults(page: Page): Promise<readonly string[]> {
  // What is half faded in has half a contrast.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary ?? ''}`),
  );
}

for (const scheme of ['light', 'dark'] as const) {
  for (const isPhone of [false, true]) {
    const where = `${scheme}, ${isPhone ? 'on a phone' : 'wide'}`;
    test(`axe finds nothing on any page (${where})`, { skip }, async (t) => {
      const site = await startSite(t);
      await settleTown(site);
      await site.join('newcomer');
      const { key } = await site.post('heather', 'My own');
      const pages = [
        ['/@heather', 'heather'],
        ['/', 'heather'],
        ['/@heather/friends', 'heather'],
        ['/@clover/following', 'heather'],
        [`/@heather/${key}`, 'heather'],
        ['/search?q=zzz', 'heather'],
        ['/search', 'heather'],
        ['/nowhere', 'heather'],
        ['/', 'newcomer'],
      ] as const;
      const views = {
        heather: await browser.open(site, '/', { scheme, isPhone, user: 'heather' }),
        newcomer: await browser.open(site, '/', { scheme, isPhone, user: 'newcomer' }),
      };
      for (const [path, user] of pages) {
        const { page } = views[user];
        await page.goto(path);
        await page.locator('main h1').waitFor({ state: 'attached' });
        await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        assert.deepEqual(await findFaults(page), [], path);
      }
      const outside = await browser.open(site, '/', { scheme, isPhone });
      for (const path of ['/', '/login', '/signup']) {
        await outside.page.goto(path);
        await outside.page.getByRole('button', { name: /Create account|Log in/ }).waitFor();
        assert.deepEqual(await findFaults(outside.page), [], path);
      }
    });

    test(`axe finds nothing in any state and dialog (${where})`, { skip }, async (t) => {
      const site = await startSite(t);
      await settleTown(site);
      await site.post('heather', 'My own');
      site.lose('robin');
      const { page } = await browser.open(site, '/', { scheme, isPhone, user: 'heather' });
      await page.getByText('what @robin posted cannot be reached').waitFor();
      await site.post('moss', 'News');
      await page.getByRole('button', { name: '1 new post' }).waitFor();
      await page.locator('#compose').fill('x'.repeat(301));
      assert.deepEqual(await findFaults(page), [], 'missing, news, too long');
      await page.locator('#compose').fill('bell \u0007');
      await page.getByRole('button', { name: 'Post', exact: true }).click();
      await page.getByRole('button', { name: 'Discard' }).waitFor();
      await page.getByRole('button', { name: 'Delete this Tribble' }).first().click();
      assert.deepEqual(await findFaults(page), [], 'refused, confirm');
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
      assert.deepEqual(await findFaults(page), [], 'undo');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await findFaults(page), [], 'help');
      await page.keyboard.press('Escape');
      await page.context().setOffline(true);
      await page.getByText('You are offline.').waitFor();
      await page.getByRole('button', { name: 'New Tribble' }).click();
      assert.deepEqual(await findFaults(page), [], 'offline, compose');
    });
  }
}
