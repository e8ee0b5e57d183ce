import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';
import type { TribblerSite } from '../support/tribbler-site.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

const attacks: readonly string[] = [
  '<script>window.harm = 1</script>',
  '<img src=x onerror="window.harm = 1">',
  '"><svg onload=window.harm=1>',
  `'-window.harm=1-'`,
  'javascript:window.harm=1',
  'https://example.com/"onmouseover="window.harm=1',
  '&lt;img src=x onerror=window.harm=1&gt;',
  '\u202Efdp.harmless',
];

test('what users write is text, whatever it looks like', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('mallory', 'heather');
  await site.follow('heather', 'mallory');
  const keys: string[] = [];
  for (const attack of attacks) keys.push((await site.post('mallory', attack)).key);
  const { page, problems } = await browser.open(site, '/', { user: 'heather' });
  for (const path of [
    '/',
    '/@mallory',
    `/@mallory/${keys[0]}`,
    `/search?q=<img+src=x+onerror=harm>`,
  ]) {
    await page.goto(path);
    await page.locator('.text, .empty').first().waitFor();
    assert.equal(await page.evaluate('window.harm'), undefined, path);
    assert.equal(await page.locator('main img, main script, main iframe').count(), 0, path);
    const links = await page.locator('main a').evaluateAll((all) => all.map(String));
    for (const link of links) assert.match(link, /^https?:/, path);
  }
  await page.goto('/');
  await page.locator('.text').first().waitFor();
  const texts = await page.locator('.text').allTextContents();
  const shown = attacks.map((attack) => attack.replace('https://example.com', 'example.com'));
  assert.deepEqual(texts, shown.toReversed());
  assert.deepEqual(problems, []);
});

test('even a script that got into the page is not run', { skip }, async (t) => {
  const site = await startSite(t);
  const { page, problems } = await browser.open(site, '/login');
  await page.getByLabel('Name').waitFor();
  await page.evaluate(`
    const script = document.createElement('script');
    script.textContent = 'window.harm = 1';
    document.body.append(script);
    document.body.insertAdjacentHTML('beforeend', '<img src="/nothing.png" onerror="window.harm = 1">');
  `);
  assert.equal(await page.evaluate('window.harm'), undefined);
  assert.ok(problems.some((problem) => problem.includes('Content Security Policy')));
});

/** A page of somebody else, on another port: to the browser another origin, but the same site for cookies. */
async function startOtherSite(
  t: TestContext,
  html: (site: TribblerSite) => string,
  site: TribblerSite,
): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(html(site));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("other pages cannot act with a reader's session, nor read with it", { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather', 'mallory');
  const { key } = await site.post('heather', 'Mine');
  const other = await startOtherSite(t, () => '<p>Win a prize!</p>', site);
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.goto(other);
  const ask = (method: string, path: string, more = ''): Promise<unknown> =>
    page.evaluate(`fetch('${site.url}${path}', {
      method: '${method}', credentials: 'include', ${more}
    }).then((answer) => answer.type + ' ' + answer.status, () => 'refused')`);
  const post = `mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body: '{"text":"forged"}'`;
  // What it may send without asking it sends, and does not hear the answer; all else it is refused.
  assert.match(String(await ask('POST', '/v1/posts', post)), /^(opaque|refused)/);
  const json = `headers: { 'Content-Type': 'application/json' }, body: '{"text":"forged"}'`;
  assert.equal(await ask('POST', '/v1/posts', json), 'refused');
  assert.equal(await ask('DELETE', `/v1/posts/heather/${key}`), 'refused');
  assert.equal(await ask('PUT', '/v1/me/subscriptions/mallory'), 'refused');
  assert.equal(await ask('GET', '/v1/me/timeline'), 'refused');
  const { items } = (await (await fetch(`${site.url}/v1/users/heather/posts`)).json()) as {
    items: { text: string }[];
  };
  assert.deepEqual(
    items.map(({ text }) => text),
    ['Mine'],
  );
  const profile = await fetch(`${site.url}/v1/users/mallory`);
  assert.equal(((await profile.json()) as { counts: { followers: number } }).counts.followers, 0);
});

test('a form on another page cannot post', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const form = ({ url }: TribblerSite): string => `
    <form method="post" enctype="text/plain" action="${url}/v1/posts">
      <input name='{"text":"forged","x":"' value='"}'><button>Win</button>
    </form>`;
  const other = await startOtherSite(t, form, site);
  const { page } = await browser.open(site, '/', { user: 'heather' });
  await page.goto(other);
  const answer = page.waitForResponse('**/v1/posts');
  await page.getByRole('button', { name: 'Win' }).click();
  assert.ok([403, 415].includes((await answer).status()));
});

test('other pages cannot put the page into a frame', { skip }, async (t) => {
  const site = await startSite(t);
  const other = await startOtherSite(t, ({ url }) => `<iframe src="${url}/login"></iframe>`, site);
  const { page } = await browser.open(site, '/login');
  await page.goto(other);
  assert.equal(await page.frameLocator('iframe').getByLabel('Name').count(), 0);
});

test('the page asks nobody but its own server for anything', { skip }, async (t) => {
  const site = await startSite(t);
  await site.join('heather');
  const { page } = await browser.open(site, '/login', { user: 'heather' });
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) elsewhere.push(request.url());
  });
  for (const path of ['/', '/@heather', '/search', '/login']) {
    await page.goto(path);
    await page.locator('main h1').waitFor({ state: 'attached' });
  }
  assert.deepEqual(elsewhere, []);
});
