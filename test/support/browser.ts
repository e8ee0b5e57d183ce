import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { TribblerSite } from './tribbler-site.ts';

/** Chromium of the machine; undefined if it has none. */
const executablePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser'].map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** For tests that need it: why they are skipped, or false. */
export const skipWithoutBrowser: false | string =
  executablePath === undefined ? 'chromium is missing' : false;

/** How a browser looks at a site. */
export interface View {
  /** Whose session it has; nobody's if not given. */
  readonly user?: string;
  readonly scheme?: 'light' | 'dark';
  readonly isPhone?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** One browser for the tests of a file; each `open` is another person's, with nothing in common. */
export class TestBrowser {
  #browser: Browser | undefined;

  constructor() {
    if (executablePath === undefined) return;
    before(async () => {
      this.#browser = await chromium.launch({
        executablePath,
        // Containers have neither a sandbox of their own to give nor much shared memory.
        args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
      });
    });
    // First, so that servers which stop need not wait for its connections.
    afterEach(async () => {
      await Promise.all((this.#browser?.contexts() ?? []).map((context) => context.close()));
    });
    after(async () => this.#browser?.close());
  }

  /** A page at `path` of the site. What goes wrong in it fails the test through `problems`. */
  async open(site: TribblerSite, path: string, view: View = {}): Promise<TestPage> {
    const browser = this.#browser;
    if (browser === undefined) throw new Error('the browser has not been started');
    const context = await browser.newContext({ ...optionsOf(view), baseURL: site.url });
    if (view.user !== undefined) {
      const value = await site.token(view.user);
      await context.addCookies([{ name: 'atoll-session', value, url: site.url, httpOnly: true }]);
    }
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
    page.on('console', (message) => {
      // That nobody is logged in, or a user is not there, the browser writes down as an error; it is an answer.
      const isAnswer = /the server responded with a status of 4\d\d/.test(message.text());
      if (message.type() === 'error' && !isAnswer) problems.push(`console: ${message.text()}`);
    });
    page.setDefaultTimeout(15_000);
    await page.goto(path);
    return { page, problems };
  }
}

export interface TestPage {
  readonly page: Page;
  /** Errors that were thrown or written to the console, violations of the content security policy among them. */
  readonly problems: string[];
}

function optionsOf({
  scheme = 'light',
  isPhone = false,
  width = isPhone ? 390 : 1280,
  height = isPhone ? 844 : 900,
}: View): BrowserContextOptions {
  return {
    colorScheme: scheme,
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'UTC',
    isMobile: isPhone,
    hasTouch: isPhone,
  };
}

/** An answer that refuses a request for good. */
export const refusal: { status: number; contentType: string; body: string } = {
  status: 422,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    type: 'urn:atoll:problem:too-long',
    title: 'Refused',
    status: 422,
    detail: 'No, thank you.',
    code: 'too-long',
  }),
};
