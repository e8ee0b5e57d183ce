import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

test('while the timeline is on its way its shape is there', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  await site.post('heather', 'Here I am');
  const { page } = await browser.open(site, '/login', { user: 'heather' });
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/v1/me/timeline*', async (route) => {
    await released;
    await route.continue();
  });
  await page.goto('/');
  await page.getByRole('status', { name: 'Loading' }).first().waitFor();
  release();
  await page.getByText('Here I am').waitFor();
  assert.equal(await page.getByRole('main').locator('.skeleton').count(), 0);
});

test(
  'a timeline that lacks somebody says whom, and is whole when they are back',
  { skip },
  async (t) => {
    const site = await startSite(t);
    await site.join('heather', 'robin', 'moss');
    await site.follow('heather', 'robin', 'moss');
    await site.post('robin', 'From robin', 1);
    await site.post('moss', 'From moss');
    site.lose('robin');
    const { page } = await browser.open(site, '/', { user: 'heather' });
    await page.getByText('From moss').waitFor();
    await page.getByText('@robin cannot be reached').waitFor();
    site.find('robin');
    await page.getByRole('main').getByRole('button', { name: 'Try again' }).click();
    await page.getByText('From robin').waitFor();
    // The stream looks again within a second.
    await page.getByText('cannot be reached').waitFor({ state: 'detached' });
  },
);

test('a timeline that cannot be had says so, and can be asked for again', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  await site.post('heather', 'Here I am');
  const { page } = await browser.open(site, '/search', { user: 'heather' });
  await page.getByRole('searchbox').waitFor();
  await page.route('**/v1/me/timeline*', (route) => route.abort());
  await page.goto('/');
  await page.getByRole('alert').getByText('No connection').waitFor();
  await page.unroute('**/v1/me/timeline*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Here I am').waitFor();
});

test('a server that does not answer is said to be away, and asked again', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/login');
  await page.route('**/v1/**', (route) => route.abort());
  await page.goto('/');
  await page.getByText('Tribbler cannot be reached').waitFor();
  await page.unroute('**/v1/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Join in' }).waitFor();
});

test('offline, what is there can still be read', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'robin');
  await site.follow('heather', 'robin');
  await site.post('robin', 'For the journey');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.getByText('For the journey').waitFor();
  await page.context().setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await page.getByText('For the journey').waitFor();
  await page.getByRole('link', { name: '@robin' }).first().click();
  await page.getByRole('alert').getByText('No connection').first().waitFor();
  await page.goBack();
  await page.getByText('For the journey').waitFor();
});

test('a choice of colours is kept', { skip }, async (t) => {
  const site = await startSite(t);
  const { page } = await browser.open(site, '/login', { scheme: 'light' });
  const ground = 'getComputedStyle(document.documentElement).backgroundColor';
  const light = await page.evaluate(ground);
  await page.getByRole('button', { name: 'Colours: as the system has them' }).click();
  await page.getByRole('button', { name: 'Colours: light' }).click();
  await page.getByRole('button', { name: 'Colours: dark' }).waitFor();
  const dark = await page.evaluate(ground);
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole('button', { name: 'Colours: dark' }).waitFor();
  assert.equal(await page.evaluate(ground), dark);
});

test('who wants less motion gets none', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Post', exact: true }).waitFor();
  const script = `getComputedStyle(document.querySelector('.composer .button')).transitionDuration`;
  assert.match(String(await page.evaluate(script)), /^0s/);
});

test('a time says how long ago, and its title the whole date', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  await site.post('heather', 'A while ago', 125);
  const { page } = await browser.open(site, '/', { user: 'heather' });
  const time = page.locator('.card-time time');
  assert.equal(await time.textContent(), '2 h');
  assert.match((await time.getAttribute('title')) ?? '', /^\w+,? \d+ \w+ \d{4}/);
});

test('a narrow phone has all of it without scrolling aside', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'abcdefghijklmnopqrstuvwxyz_123');
  await site.follow('heather', 'abcdefghijklmnopqrstuvwxyz_123');
  await site.post('abcdefghijklmnopqrstuvwxyz_123', 'w'.repeat(300), 1);
  const view = { user: 'heather', isPhone: true, width: 320, height: 640 };
  const { page } = await browser.open(site, '/', view);
  for (const path of ['/', '/@abcdefghijklmnopqrstuvwxyz_123', '/search']) {
    await page.goto(path);
    await page.getByText('@abcdefghijklmnopqrstuvwxyz_123').first().waitFor();
    const width = await page.evaluate('document.documentElement.scrollWidth');
    assert.equal(width, 320, path);
  }
});
