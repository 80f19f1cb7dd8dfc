import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstPaintMs, noBrowser, openBrowser } from '../../e2e/browser.ts';
import { median } from '../statistics.ts';
import { startGateway } from '../systems/giro.ts';
import { freePorts } from '../systems/system.ts';
import type { Workload } from './workload.ts';

const VISITS = 10;

/** Until something of the panel is seen, and until its sentence is there: in a browser that runs, with an empty cache. */
export const panel: Workload = {
  name: 'panel in Chromium',
  figures: { paint: 'ms', sentence: 'ms' },
  goals: [{ text: 'first paint under 300 ms', met: ({ paint = Number.NaN }) => paint < 300 }],
  systems: ['giro'],
  async run(_system, folder, scale) {
    if (noBrowser !== false) {
      console.error(noBrowser);
      return {};
    }
    const [port = 0] = await freePorts(1);
    const config = join(folder, 'giro.yaml');
    writeFileSync(
      config,
      `agent: { name: bench, language: pt-BR, data: ./data }\npanel: { listen: 127.0.0.1:${port} }\nunits: [{ id: centro, company: 1, timezone: America/Sao_Paulo }]\nturnstiles: []\nwebhooks: []\n`,
    );
    await using _gateway = await startGateway(config);
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const session = await page.context().newCDPSession(page);
      const url = `http://127.0.0.1:${port}/`;
      await page.goto(url);
      const paints: number[] = [];
      const sentences: number[] = [];
      for (let visit = 0; visit < Math.max(1, VISITS * scale); visit += 1) {
        await session.send('Network.clearBrowserCache');
        await page.goto(url);
        await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Um momento' }).waitFor();
        sentences.push(await page.evaluate<number>('performance.now()'));
        paints.push(await firstPaintMs(page));
      }
      return { paint: median(paints), sentence: median(sentences) };
    } finally {
      await browser.close();
    }
  },
};
