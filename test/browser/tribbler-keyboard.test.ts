import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';
import type { TribblerSite } from '../support/tribbler-site.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

async function openHome(site: TribblerSite): Promise<Page> {
  await site.join('heather');
  for (const minutes of [3, 2, 1]) await site.post('heather', `Of ${minutes} min`, minutes);
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.getByText('Of 3 min').waitFor();
  return page;
}

async function focusedText(page: Page): Promise<string> {
  return (await page.locator(':focus').textContent()) ?? '';
}

test('j and k go from Tribble to Tribble, and Enter opens one', { skip }, async (t) => {
  const page = await openHome(await startSite(t));
  await page.keyboard.press('j');
  assert.match(await focusedText(page), /Of 1 min/);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.match(await focusedText(page), /Of 3 min/);
  await page.keyboard.press('k');
  assert.match(await focusedText(page), /Of 2 min/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Tribble by @heather' }).waitFor();
  await page.locator('.single').getByText('Of 2 min').waitFor();
});

test('n writes: in the field if it can be seen, else in a dialog', { skip }, async (t) => {
  const page = await openHome(await startSite(t));
  await page.keyboard.press('n');
  assert.equal(await page.locator(':focus').getAttribute('id'), 'compose');
  await page.keyboard.type('no shortcuts here: n j k / ?');
  assert.equal(await page.locator('#compose').inputValue(), 'no shortcuts here: n j k / ?');
  await page.locator('#compose').fill('');
  await page.goto('/search');
  await page.getByRole('searchbox').waitFor();
  await page.getByRole('link', { name: 'People', exact: true }).focus();
  await page.keyboard.press('n');
  await page.locator('#compose-dialog').fill('From anywhere');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('article').getByText('From anywhere').waitFor();
});

test('/ finds people, and h goes home', { skip }, async (t) => {
  const page = await openHome(await startSite(t));
  await page.keyboard.press('/');
  await page.getByRole('heading', { name: 'Find people' }).waitFor();
  await page.keyboard.press('/');
  assert.equal(await page.locator(':focus').getAttribute('id'), 'search');
  await page.getByRole('heading', { name: 'Find people' }).focus();
  await page.keyboard.press('h');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
});

test('? tells the keys; Escape closes it and gives the focus back', { skip }, async (t) => {
  const page = await openHome(await startSite(t));
  await page.keyboard.press('j');
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard' });
  await dialog.getByText('Next Tribble').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.match(await focusedText(page), /Of 1 min/);
});

test('single keys can be switched off', { skip }, async (t) => {
  const page = await openHome(await startSite(t));
  await page.keyboard.press('?');
  await page.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.keyboard.press('j');
  assert.match(page.url(), /\/$/);
  await page.reload();
  await page.getByText('Of 3 min').waitFor();
  await page.keyboard.press('/');
  assert.match(page.url(), /\/$/);
});

test('whoever follows a link finds the focus at the heading of the page', { skip }, async (t) => {
  const page = await openHome(await startSite(t));
  for (const [link, heading] of [
    ['People', 'Find people'],
    ['Profile', '@heather'],
    ['Home', 'Home'],
  ] as const) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: link }).click();
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    assert.equal(await focusedText(page), heading);
    assert.match(await page.title(), new RegExp(`^${heading} `));
  }
});

test('the feed tells where in it one is', { skip }, async (t) => {
  const page = await openHome(await startSite(t));
  const feed = page.getByRole('feed', { name: 'Your timeline' });
  assert.equal(await feed.getAttribute('aria-busy'), 'false');
  const second = feed.getByRole('article').nth(1);
  assert.equal(await second.getAttribute('aria-posinset'), '2');
  assert.equal(await second.getAttribute('aria-setsize'), '3');
});

test(
  'everything on a page can be reached with Tab, beginning with the way past it',
  { skip },
  async (t) => {
    const page = await openHome(await startSite(t));
    await page.keyboard.press('Tab');
    assert.equal(await focusedText(page), 'Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').getAttribute('id'), 'compose');
  },
);
