import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
/** Ignored by git; each run overwrites them. */
const SCREENSHOTS = fileURLToPath(new URL('../../screenshots/', import.meta.url));

/** Why a test of the page cannot run; false where it can. */
export const noBrowser: string | false =
  CHROMIUM === undefined &&
  'SKIPPED: there is no chromium (apt-get install chromium); nothing is proven here';

/** A headless Chromium in which a name of another site leads to this machine. */
export function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('no chromium');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--host-resolver-rules=MAP evil.example 127.0.0.1', '--disable-dev-shm-usage'],
  });
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds that keeps somebody from using the page: one line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html} ${failureSummary}`),
    );
}
