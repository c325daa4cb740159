import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Debian's Chromium, or CHROMIUM_BIN. */
export function launch(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium', args });
}

/** The playground in a browser tab. */
export interface Playground {
  /** Opens a ready tab and presses its button; the answer as it is shown then. Subscriptions go on. */
  run(tab: string): Promise<void>;
  /** The whole answer of the open tab, once it has this text. */
  answer(containing: string): Promise<string>;
  /** What anybody would be shown as wrong: errors of scripts, failed requests, requests to elsewhere. */
  readonly complaints: string[];
  readonly page: Page;
}

export async function openPlayground(context: BrowserContext, url: string): Promise<Playground> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && complaints.push(`console: ${message.text()}`));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
      complaints.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(`${url}/playground`);
  await page.locator('.graphiql-tab').first().waitFor();
  const shown = page.locator('.result-window');
  return {
    page,
    complaints,
    async run(tab) {
      // A tab in the background is not drawn.
      await page.bringToFront();
      await page.locator('.graphiql-tab', { hasText: tab }).locator('.graphiql-tab-button').click();
      await page.locator('.graphiql-tab-active', { hasText: tab }).waitFor();
      await page.locator('.graphiql-execute-button').click();
    },
    async answer(containing) {
      await page.bringToFront();
      // Monaco shows spaces as non-breaking ones.
      const text = async (): Promise<string> => (await shown.innerText()).replaceAll('\u00a0', ' ');
      try {
        await shown.filter({ hasText: containing }).waitFor({ timeout: 20_000 });
      } catch {
        throw new Error(`no ${containing} in the answer:\n${await text()}`);
      }
      return text();
    },
  };
}
