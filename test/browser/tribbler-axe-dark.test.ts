import { test } from 'node:test';
import { walkPages, walkStates } from '../support/axe-walk.ts';
import { skipWithoutBrowser, TestBrowser } from '../support/browser.ts';

const skip = skipWithoutBrowser;
const browser = new TestBrowser();

test('axe finds nothing on any page (dark)', { skip }, async (t) => {
  await walkPages(t, browser, { scheme: 'dark' });
});

test('axe finds nothing in any state and dialog (dark)', { skip }, async (t) => {
  await walkStates(t, browser, { scheme: 'dark' });
});

test('axe finds nothing in any state and dialog (dark, on a phone)', { skip }, async (t) => {
  await walkStates(t, browser, { scheme: 'dark', isPhone: true });
});
