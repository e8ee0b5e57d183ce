import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFaults, walkPages, walkStates } from '../support/axe-walk.ts';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';
import { startSite } from '../support/tribbler-site.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

test('axe finds nothing on any page (light)', { skip }, async (t) => {
  await walkPages(t, browser, { scheme: 'light' });
});

test('axe finds nothing in any state and dialog (light)', { skip }, async (t) => {
  await walkStates(t, browser, { scheme: 'light' });
});

test('axe finds nothing on any page (light, on a phone)', { skip }, async (t) => {
  await walkPages(t, browser, { isPhone: true });
});

test('axe finds what is wrong, if something is', { skip }, async (t) => {
  const site = await startSite(t);
  const { page } = await browser.open(site, '/login');
  const label = page.locator('label').first();
  await label.evaluate((element) => Reflect.set(element, 'htmlFor', 'nothing'));
  const faults = await findFaults(page);
  assert.ok(
    faults.some((fault) => fault.startsWith('label:')),
    faults.join('\n'),
  );
});
