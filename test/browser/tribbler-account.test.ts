import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { password } from '../support/tribbler-http.ts';
import { startSite } from '../support/tribbler-site.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

test('who joins in is logged in and finds whom to follow', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  await site.post('heather', 'Already here.');
  const { page, problems } = await browser.open(site, '/');
  await page.getByLabel('Name').fill('robin');
  await page.getByLabel('Password', { exact: true }).fill('a good password');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Welcome, @robin.' }).waitFor();
  await page.getByRole('button', { name: 'Follow @heather' }).click();
  await page.getByRole('button', { name: 'Following @heather: unfollow' }).waitFor();
  await page.getByRole('button', { name: 'Show new posts' }).click();
  await page.getByText('Already here.').waitFor();
  assert.deepEqual(problems, []);
});

test('a name that is taken is said to be, where it was typed', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/signup');
  const name = page.getByLabel('Name');
  await name.fill('heather');
  await page.getByLabel('Password', { exact: true }).fill('a good password');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('@heather is taken. Another name?').waitFor();
  assert.equal(await name.getAttribute('aria-invalid'), 'true');
  assert.equal(await page.locator(':focus').getAttribute('id'), 'signup-name');
});

test('a name or a password that cannot be is said so before it is sent', { skip }, async (t) => {
  const site = await startSite(t);
  const { page } = await browser.open(site, '/signup');
  await page.getByLabel('Name').fill('no:body');
  await page.getByText('Only a–z, 0–9 and _ can be in a name.').waitFor();
  await page.getByLabel('Name').fill('nobody');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('At least 8 characters, please.').waitFor();
});

test('one logs in, out, and in again', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/login');
  await page.getByLabel('Name').fill('@heather');
  await page.getByLabel('Password', { exact: true }).fill('wrong password');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Join in' }).waitFor();
  const session = await page.request.get('/v1/me');
  assert.equal(session.status(), 401);
});

test('a session that is over shows who is not logged in, not an error', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'robin');
  const { page } = await browser.open(site, '/@robin', { user: 'heather' });
  await page.getByRole('heading', { name: '@robin' }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Home' }).click();
  await page.reload();
  await page.getByRole('heading', { name: 'Join in' }).waitFor();
});

test('a session that ends while the page is open ends there too', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.locator('#compose').waitFor();
  await page.request.delete('/v1/sessions', { headers: { Origin: site.url } });
  await site.stop();
  await site.startAgain();
  await page.getByRole('heading', { name: 'Join in' }).waitFor();
});

test('what was about to be deleted is deleted when one logs out', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { key } = await site.post('heather', 'Regrettable');
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.getByRole('button', { name: 'Delete this Tribble' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Join in' }).waitFor();
  assert.equal((await page.request.get(`/v1/posts/heather/${key}`)).status(), 404);
});

test('the session is kept from scripts', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/login');
  await page.getByLabel('Name').fill('heather');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  assert.equal(await page.evaluate('document.cookie'), '');
});
