import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

test('two browsers see what the other posts, live', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'robin');
  await site.follow('heather', 'robin');
  await site.follow('robin', 'heather');
  const heather = await browser.open(site, '/', { user: 'heather' });
  const robin = await browser.open(site, '/', { user: 'robin' });
  const sides = [
    [heather.page, robin.page, 'Are you there?'],
    [robin.page, heather.page, 'I am.'],
  ] as const;
  for (const [writer, reader, text] of sides) {
    await reader.locator('#compose').waitFor();
    await writer.locator('#compose').fill(text);
    await writer.getByRole('button', { name: 'Post', exact: true }).click();
    await reader.getByRole('button', { name: '1 new post' }).click();
    await reader.getByRole('article').getByText(text).waitFor();
  }
  assert.deepEqual([...heather.problems, ...robin.problems], []);
});

test('news waits behind a button and moves nothing; the button counts it', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'robin');
  await site.follow('heather', 'robin');
  for (let minutes = 20; minutes > 0; minutes--) {
    await site.post('robin', `Post of ${minutes} minutes ago`, minutes);
  }
  const { page } = await browser.open(site, '/', { user: 'heather' });
  const read = page.getByText('Post of 8 minutes ago');
  await read.scrollIntoViewIfNeeded();
  const before = await read.boundingBox();
  await site.post('robin', 'News');
  await page.getByRole('button', { name: '1 new post' }).waitFor();
  await site.post('robin', 'More news');
  const pill = page.getByRole('button', { name: '2 new posts' });
  await pill.waitFor();
  assert.deepEqual(await read.boundingBox(), before);
  assert.match(await page.title(), /^\(2\) Home/);
  await pill.click();
  const [first, second] = await page.getByRole('article').allTextContents();
  assert.match(first ?? '', /More news/);
  assert.match(second ?? '', /News/);
  // Who presses it with the keyboard goes on from there.
  assert.match((await page.locator(':focus').textContent()) ?? '', /More news/);
});

test('what others delete is marked where it stood', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'robin');
  await site.follow('heather', 'robin');
  await site.post('robin', 'Stays', 2);
  const goes = await site.post('robin', 'Goes\n\n\n\n\nslowly', 1);
  const { page } = await browser.open(site, '/', { user: 'heather' });
  const below = page.getByText('Stays');
  await below.waitFor();
  await site.post('robin', 'A sign that the stream is there');
  await page.getByRole('button', { name: '1 new post' }).waitFor();
  const before = await below.boundingBox();
  await site.remove(goes);
  await page.getByText('This Tribble was deleted.').waitFor();
  assert.deepEqual(await below.boundingBox(), before);
  assert.equal(await page.getByText('Goes').count(), 0);
});

test('what was missed while the server was away comes when one is back', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'robin');
  await site.follow('heather', 'robin');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.locator('#compose').waitFor();
  await site.post('robin', 'Before');
  await page.getByRole('button', { name: '1 new post' }).click();
  await site.stop();
  await site.post('robin', 'Meanwhile');
  await site.startAgain();
  await page.getByRole('button', { name: '1 new post' }).click();
  await page.getByText('Meanwhile').waitFor();
});

test('more is loaded when it is asked for, and nothing twice', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  for (let minutes = 70; minutes > 0; minutes--) {
    await site.post('heather', `Post of ${minutes} minutes ago`, minutes);
  }
  const { page } = await browser.open(site, '/', { user: 'heather' });
  const more = page.getByRole('button', { name: 'Load more' });
  await more.click();
  await page.getByText('Post of 45 minutes ago').waitFor();
  await more.click();
  await page.getByText('That is all there is.').waitFor();
  const texts = await page.locator('.text').allTextContents();
  assert.equal(texts.length, 70);
  assert.equal(new Set(texts).size, 70);
});

test('who comes back finds the page as they left it', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  for (let minutes = 30; minutes > 0; minutes--) {
    await site.post('heather', `Post of ${minutes} minutes ago`, minutes);
  }
  const { page } = await browser.open(site, '/', { user: 'heather' });
  const read = page.getByRole('article').filter({ hasText: 'Post of 20 minutes ago' });
  await read.scrollIntoViewIfNeeded();
  const before = await read.boundingBox();
  await read.locator('[data-permalink]').click();
  await page.getByRole('heading', { name: 'Tribble by @heather' }).waitFor();
  assert.equal(await page.evaluate('window.scrollY'), 0);
  await page.goBack();
  await read.waitFor();
  assert.deepEqual(await read.boundingBox(), before);
});
