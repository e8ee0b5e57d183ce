import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

test(
  'following somebody who follows makes friends, and unfollowing ends it',
  { skip },
  async (t) => {
    const site = await startSite(t);
    await site.join('heather', 'robin');
    await site.follow('robin', 'heather');
    const { page, problems } = await browser.open(site, '/@robin', { user: 'heather' });
    const main = page.getByRole('main');
    await main.getByText('Follows you').waitFor();
    await main.getByRole('button', { name: 'Follow @robin' }).click();
    await main.getByText('Friends', { exact: true }).first().waitFor();
    await main.locator('.chip-friend').waitFor();
    await main.getByRole('link', { name: '1 Followers' }).click();
    await main.getByRole('list').getByText('@heather').waitFor();
    await main.getByRole('link', { name: 'Friends' }).click();
    await main.getByRole('list', { name: 'Friends of @robin' }).getByText('@heather').waitFor();
    await main.getByRole('button', { name: 'Following @robin: unfollow' }).click();
    await main.getByText('Follows you').waitFor();
    await main.getByRole('link', { name: '0 Followers' }).click();
    await main.getByText('Nobody follows yet').waitFor();
    assert.deepEqual(problems, []);
  },
);

test('a follow that the server refuses is taken back and says why', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'robin');
  const { page } = await browser.open(site, '/@robin', { user: 'heather' });
  const main = page.getByRole('main');
  const follow = main.getByRole('button', { name: 'Follow @robin' });
  await follow.waitFor();
  site.lose('robin');
  await follow.click();
  await main.getByRole('alert').waitFor();
  await follow.waitFor();
});

test(
  'a profile shows what its user posted and who they are connected with',
  { skip },
  async (t) => {
    const site = await startSite(t);
    await site.join('heather', 'robin', 'moss');
    await site.follow('robin', 'heather', 'moss');
    await site.post('robin', 'Of mine', 1);
    await site.post('heather', 'Of somebody else');
    // Without a session it is the same.
    const { page } = await browser.open(site, '/@robin');
    await page.getByText('Of mine').waitFor();
    assert.equal(await page.getByText('Of somebody else').count(), 0);
    await page.getByRole('link', { name: '2 Following' }).click();
    const people = page.getByRole('list', { name: 'Following of @robin' });
    await people.getByText('@moss').waitFor();
    await people.getByText('@heather').click();
    await page.getByRole('heading', { name: '@heather' }).waitFor();
  },
);

test('people are found by the beginning of their names', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'heath', 'robin');
  const { page } = await browser.open(site, '/search', { user: 'robin' });
  await page.getByRole('searchbox').fill('@Hea');
  const found = page.getByRole('list', { name: 'Names that begin with hea' });
  await found.getByText('@heather').waitFor();
  await found.getByText('@heath', { exact: true }).waitFor();
  assert.equal(await found.getByRole('listitem').count(), 2);
  // The address has the search: it can be passed on.
  assert.match(page.url(), /\/search\?q=hea$/);
  await page.getByRole('searchbox').fill('zebra');
  await page.getByRole('heading', { name: 'Nobody found' }).waitFor();
});

test('a Tribble has an address of its own', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { key } = await site.post('heather', 'Look at me, @robin');
  const { page } = await browser.open(site, `/@heather/${key}`);
  await page.getByText('Look at me').waitFor();
  assert.equal(await page.title(), 'Tribble by @heather · Tribbler');
  await page.getByRole('link', { name: '@robin' }).click();
  await page.getByRole('heading', { name: 'There is no @robin' }).waitFor();
});

test('one that is gone says so, as does an address that leads nowhere', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/@heather/post_00000000000000_00000000');
  await page.getByRole('heading', { name: 'This Tribble is gone' }).waitFor();
  await page.goto('/no/such/page');
  await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
});
