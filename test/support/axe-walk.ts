import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { refusal } from './browser.ts';
import type { TestBrowser, View } from './browser.ts';
import { startSite } from './tribbler-site.ts';
import { settleTown } from './tribbler-town.ts';

/** What axe finds, as lines to read. */
export async function findFaults(page: Page): Promise<readonly string[]> {
  // What is half faded in has half a contrast.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary ?? ''}`),
  );
}

/** Goes to every page, and lets axe look at it. */
export async function walkPages(t: TestContext, browser: TestBrowser, view: View): Promise<void> {
  const site = await startSite(t);
  await settleTown(site);
  await site.join('newcomer');
  const { key } = await site.post('heather', 'My own');
  const walks = [
    ['heather', ['/@heather', '/', '/@heather/friends', '/@clover/following']],
    ['heather', [`/@heather/${key}`, '/search?q=zzz', '/search', '/nowhere']],
    ['newcomer', ['/']],
    [undefined, ['/', '/login', '/signup', '/@heather']],
  ] as const;
  for (const [user, paths] of walks) {
    const person = user === undefined ? view : { ...view, user };
    const { page } = await browser.open(site, paths[0], person);
    for (const path of paths) {
      await page.goto(path);
      await page.locator('main h1').waitFor({ state: 'attached' });
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      assert.deepEqual(await findFaults(page), [], path);
    }
    await page.context().close();
  }
}

/** Brings about what only sometimes is on a page, and lets axe look at it. */
export async function walkStates(t: TestContext, browser: TestBrowser, view: View): Promise<void> {
  const site = await startSite(t);
  await settleTown(site);
  await site.post('heather', 'My own');
  site.lose('robin');
  const { page } = await browser.open(site, '/', { ...view, user: 'heather' });
  await page.getByText('@robin cannot be reached').waitFor();
  await site.post('moss', 'News');
  await page.getByRole('button', { name: '1 new post' }).waitFor();
  await page.locator('#compose').fill('x'.repeat(301));
  assert.deepEqual(await findFaults(page), [], 'missing, news, too long');
  await page.route('**/v1/posts', (route) => route.fulfill(refusal));
  await page.locator('#compose').fill('Not today');
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
}
