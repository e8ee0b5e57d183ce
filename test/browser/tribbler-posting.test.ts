import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { refusal, skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';
import type { TribblerSite } from '../support/tribbler-site.ts';
import { until } from '../support/until.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

async function textsOf(site: TribblerSite, user: string): Promise<readonly string[]> {
  const answer = await fetch(`${site.url}/v1/users/${user}/posts`);
  const { items } = (await answer.json()) as { items: { text: string }[] };
  return items.map(({ text }) => text);
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator('#compose').fill(text);
  await page.getByRole('button', { name: 'Post', exact: true }).click();
}

test('a Tribble is on top at once, and there to stay', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page, problems } = await browser.open(site, '/', { user: 'heather' });
  await write(page, 'First!');
  await page.getByRole('article').getByText('First!').waitFor();
  await page.locator('.card-time time').waitFor();
  assert.equal(await page.locator('#compose').inputValue(), '');
  await page.reload();
  await page.getByRole('article').getByText('First!').waitFor();
  assert.deepEqual(await textsOf(site, 'heather'), ['First!']);
  assert.deepEqual(problems, []);
});

test('the counter counts what people count, and too much is not sent', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  const count = page.locator('#compose-count');
  await page.locator('#compose').fill('👨‍👩‍👧‍👦e\u0301');
  assert.equal(await count.textContent(), '298 of 300 letters left');
  await page.locator('#compose').fill('x'.repeat(301));
  assert.equal(await count.textContent(), '1 letter too many');
  await page.getByRole('button', { name: 'Post', exact: true }).click({ force: true });
  assert.equal(await page.getByRole('article').count(), 0);
  await write(page, 'x'.repeat(300));
  await page.locator('.card-time time').waitFor();
});

test('what is being written is still there after the page is loaded anew', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.locator('#compose').fill('half a thou');
  await page.reload();
  await page.locator('#compose').waitFor();
  assert.equal(await page.locator('#compose').inputValue(), 'half a thou');
});

test('what is posted offline is posted when the connection is back', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.locator('#compose').waitFor();
  await page.context().setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await write(page, 'From the tunnel');
  await page.getByText('Waiting for a connection.').waitFor();
  assert.deepEqual(await textsOf(site, 'heather'), []);
  await page.context().setOffline(false);
  await page.locator('.card-time time').waitFor();
  assert.deepEqual(await textsOf(site, 'heather'), ['From the tunnel']);
});

test('a post whose answer was lost is made once', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  let requests = 0;
  await page.route('**/v1/posts', async (route) => {
    requests++;
    if (requests > 1) return route.continue();
    await route.fetch(); // The server has it; the page does not hear of it.
    return route.abort();
  });
  await write(page, 'Only once');
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.locator('.card-time time').waitFor();
  assert.ok(requests > 1);
  assert.deepEqual(await textsOf(site, 'heather'), ['Only once']);
});

test('a post that waits outlives the page', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.route('**/v1/posts', (route) => route.abort());
  await write(page, 'Patience');
  await page.getByText('Waiting for a connection.').waitFor();
  await page.unroute('**/v1/posts');
  await page.reload();
  await page.locator('.card-time time').waitFor();
  assert.deepEqual(await textsOf(site, 'heather'), ['Patience']);
});

test('what is not text is not sent, and said to be', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.locator('#compose').fill('bell \u0007');
  await page.getByText('This cannot be posted: it has a control character.').waitFor();
});

test('a post that is refused says why, and can be discarded', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.route('**/v1/posts', (route) => route.fulfill(refusal));
  await write(page, 'Not today');
  await page.getByText('No, thank you.').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('heading', { name: 'Welcome, @heather.' }).waitFor();
});

test('deleting asks first, and can be undone', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  await site.post('heather', 'Regrettable');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  const bin = page.getByRole('button', { name: 'Delete this Tribble' });
  await bin.click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('Regrettable').waitFor();
  await bin.click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  assert.equal(await page.locator(':focus').textContent(), 'Undo');
  await undo.click();
  await page.getByText('Regrettable').waitFor();
  assert.deepEqual(await textsOf(site, 'heather'), ['Regrettable']);
});

test('what is deleted is gone, at the latest when the page is left', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  await site.post('heather', 'Regrettable');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.getByRole('button', { name: 'Delete this Tribble' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  assert.deepEqual(await textsOf(site, 'heather'), ['Regrettable']);
  await page.goto('/search');
  await until('deleted', 10_000, async () => (await textsOf(site, 'heather')).length === 0);
});

test('nobody finds a way to delete what somebody else has posted', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'robin');
  await site.follow('heather', 'robin');
  const { key } = await site.post('robin', 'Mine');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.getByText('Mine').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Delete this Tribble' }).count(), 0);
  const script = `fetch('/v1/posts/robin/${key}', { method: 'DELETE' }).then(({ status }) => status)`;
  assert.equal(await page.evaluate(script), 403);
});
