import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { firstPaintMs, noBrowser, openBrowser, screenshot, seriousFindings } from './browser.ts';
import { freePort, Gym } from './gym.ts';
import { PrintingTurnstile, Street } from './street.ts';

const MAIN = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));
const PASSWORD = 'senha da recepção';
/** Longest wait for anything on the page: only a fault reaches it. */
const LIMIT_MS = 180_000;
const HOUR_MS = 3_600_000;
const DAY_ACCESSES = 300;

/** A gym with a panel: two turnstiles that print, one webhook behind the street, an operator's password; a browser. */
async function openGym(t: TestContext) {
  const gym = await Gym.open();
  t.after(() => gym.close());
  const street = new Street(await freePort());
  t.after(() => street.close());
  const turnstiles = [new PrintingTurnstile(), new PrintingTurnstile()];
  t.after(() => {
    for (const turnstile of turnstiles) turnstile.close();
  });
  const ports = await Promise.all(turnstiles.map((turnstile) => turnstile.listen()));
  const blocks = ports.map(
    (port, index) => `
  - id: catraca-${index + 1}
    unit: centro
    name: ${['Entrada principal', 'Entrada lateral'][index]}
    driver: lines
    connect: tcp://127.0.0.1:${port}
    options:
      pattern: '^(?<time>[^;]+);(?<record>\\d+);(?<direction>\\w+);(?<result>\\w+);(?<person>\\d+)$'
      direction: { in: entrada, out: saida }
      result: { granted: liberado, denied: negado }
      person: { system: pacto, type: aluno }
      passage: true
      ack: "OK\\n"`,
  );
  writeFileSync(
    gym.config,
    `agent: { name: recepcao-centro, language: pt-BR, data: ./data }
panel: { listen: 127.0.0.1:0 }
units: [{ id: centro, company: 1, timezone: America/Sao_Paulo }]
turnstiles: ${blocks.join('')}
webhooks:
  - id: crm
    url: http://127.0.0.1:${gym.receiverPort}/giro
    secret: ${gym.secret}
    allow: [http, loopback]
    proxy: http://127.0.0.1:${street.port}
`,
  );
  await street.open();
  const starting = openBrowser();
  t.after(async () => (await starting).close());
  const [gateway, receiver, browser] = await Promise.all([
    setPassword(gym).then(() => gym.gateway()),
    gym.receiver(),
    starting,
  ]);
  const { url } = JSON.parse(await gateway.line(/panel open/)) as { url: string };
  const [main, side] = turnstiles as [PrintingTurnstile, PrintingTurnstile];
  return { gym, street, main, side, url, receiver, browser };
}

async function setPassword(gym: Gym): Promise<void> {
  const args = ['panel', 'password', '--stdin', '--config', gym.config];
  const command = execFile(process.execPath, [MAIN, ...args]);
  command.stdin?.end(`${PASSWORD}\n`);
  const [code] = await once(command, 'close');
  assert.equal(code, 0, 'the password is set');
}

/** A page that fails the test by what the browser complains about. */
async function openPage(browser: Browser, url: string) {
  const context = await browser.newContext({ locale: 'pt-BR', viewport: { width: 1366, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(url);
  return { context, page, complaints };
}

/** Waits until the page says so in its first line. */
async function sentence(page: Page, text: RegExp | string): Promise<void> {
  try {
    await page.getByRole('heading', { level: 1, name: text }).waitFor();
  } catch (cause) {
    throw new Error(`not ${text}, but: ${await page.locator('body').textContent()}`, { cause });
  }
}

async function signIn(page: Page, password: string): Promise<void> {
  const open = page.getByRole('dialog');
  if (!(await open.isVisible())) await page.getByRole('button', { name: 'Entrar' }).click();
  await page.getByLabel('Senha').fill(password);
  await open.getByRole('button', { name: 'Entrar' }).click();
}

/** All well, no internet and back, a mistake in the configuration, a parked event resent. */
async function aDayAtTheFrontDesk(t: TestContext): Promise<void> {
  const { gym, street, main, side, url, receiver, browser } = await openGym(t);
  const { page, context, complaints } = await openPage(browser, url);
  await sentence(page, /^Tudo certo: 2 catracas ligadas, nada na fila$/);

  t.diagnostic(`first paint after ${Math.round(await firstPaintMs(page))} ms`);

  const nowMs = Date.now();
  const day = Array.from({ length: DAY_ACCESSES }, (_, index) => ({
    atMs: nowMs - (index * 18 * HOUR_MS) / DAY_ACCESSES,
    person: 1000 + index,
    denied: index % 17 === 5,
    exit: index % 3 === 0,
  })).reverse();
  await main.pass(...day.filter((_, index) => index % 3 > 0));
  await side.pass(...day.filter((_, index) => index % 3 === 0));
  await receiver.until('the day is delivered', () => gym.deliveredEvents === DAY_ACCESSES);
  const live = page.getByRole('region', { name: 'Ao vivo' }).getByRole('listitem');
  await main.pass({ atMs: Date.now(), person: 4711 });
  await live.filter({ hasText: 'Aluno 4711' }).filter({ hasText: 'Entrou' }).first().waitFor();
  await live.filter({ hasText: 'Aluno 4711' }).filter({ hasText: '✓ crm' }).first().waitFor();

  await page.getByLabel('Matrícula ou código do evento').fill('4711');
  await page.getByRole('button', { name: 'Procurar' }).click();
  const results = page.getByRole('region', { name: 'Procurar um acesso' });
  await results.getByText(/^Visto em Entrada principal às \d\d:\d\d:\d\d$/).waitFor();
  await results.getByText(/crm: entregue \d\d:\d\d:\d\d, o destino respondeu 200/).waitFor();
  await results.getByText('Ver tentativas').click();
  await results.getByText(/resposta 200 em /).waitFor();

  await page.locator('.chart canvas').first().waitFor();
  await screenshot(page, 'desktop');
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(await seriousFindings(page), [], 'in the dark');
  await screenshot(page, 'desktop-dark');
  await page.emulateMedia({ colorScheme: 'light' });

  const phone = await context.newPage();
  await phone.setViewportSize({ width: 360, height: 740 });
  await phone.goto(url);
  await sentence(phone, /^Tudo certo/);
  await phone.locator('.chart canvas').first().waitFor();
  assert.equal(
    await phone.evaluate('document.documentElement.scrollWidth'),
    360,
    'nothing hangs over the edge',
  );
  assert.deepEqual(await seriousFindings(phone), [], 'on a phone');
  await screenshot(phone, 'phone');
  await phone.close();

  const good = readFileSync(gym.config, 'utf8');
  writeFileSync(gym.config, good.replace('driver: lines', 'driver: linnes'));
  await sentence(page, /^A configuração foi salva com erro; continua valendo a anterior/);
  const hero = page.locator('.hero.attention');
  await hero.getByText(/giro\.yaml:8:13: .*"linnes".*você quis dizer "lines"\?$/).waitFor();
  await hero.getByText(/Corrija o arquivo e salve: ele é lido de novo sozinho\.$/).waitFor();
  await page
    .getByRole('region', { name: 'Avisos' })
    .getByText(/giro\.yaml:8:13/)
    .waitFor();
  assert.deepEqual(await seriousFindings(page), [], 'with a refused configuration');
  await screenshot(page, 'refused-configuration');
  writeFileSync(gym.config, good);

  await street.close();
  await main.pass(...[1, 2, 3, 4, 5].map((person) => ({ atMs: Date.now(), person })));
  await sentence(page, /^Sem internet há \d+ s: 5 acessos guardados, nada perdido$/);
  await page
    .getByText(/O que fazer: Verifique o modem/)
    .first()
    .waitFor();
  await screenshot(page, 'no-internet');
  await street.open();
  await receiver.until('what waited', () => gym.deliveredEvents === DAY_ACCESSES + 6);
  await sentence(page, /^Tudo certo/);

  await receiver.end();
  const refusing = await gym.receiver('--status', '422');
  await side.pass({ atMs: Date.now(), person: 4712 });
  const parked = page.getByRole('region', { name: 'Separados' });
  await parked.getByText(`crm #${DAY_ACCESSES + 7}`).waitFor();
  await sentence(page, 'crm: 1 acesso separado');
  await refusing.end();
  await gym.receiver();
  await signIn(page, PASSWORD);
  assert.deepEqual(await seriousFindings(page), [], 'signed in');
  await screenshot(page, 'parked');
  await parked.getByRole('button', { name: 'Reenviar' }).click();
  await page.getByText('1 na fila para reenvio.').waitFor();
  await parked.waitFor({ state: 'detached' });
  await sentence(page, /^Tudo certo/);
  assert.equal(gym.delivered.at(-1)?.replay, true);
  const audit = page.getByRole('region', { name: 'O que os operadores fizeram' }).first();
  await audit.getByRole('row', { name: /Reenviar crm #307 separados painel 127\.0\.0\.1 ok 1/ }).waitFor();

  await page.getByRole('button', { name: 'Acompanhar' }).last().click();
  const watch = page.getByRole('dialog', { name: 'Acompanhando Entrada lateral' });
  await watch.getByText(/conectada$/).waitFor();
  await side.pass({ atMs: Date.now(), person: 4713, exit: true });
  await watch.getByText(/o braço girou · saída/).waitFor();
  assert.doesNotMatch((await watch.textContent()) ?? '', /4713/);
  await page.keyboard.press('Escape');
  await sentence(page, /^Tudo certo/);

  await page.getByRole('button', { name: 'Pausar' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pausar' }).click();
  await sentence(page, /^crm: pausado por um operador/);
  await page.getByRole('button', { name: 'Retomar' }).click();
  await sentence(page, /^Tudo certo/);
  assert.deepEqual(complaints, []);
}

/** Another site, a forged name, a guesser. */
async function whoeverHasNoBusinessHere(t: TestContext): Promise<void> {
  const { url, browser } = await openGym(t);
  const { page, context } = await openPage(browser, url);
  await sentence(page, /^Tudo certo/);

  // By keyboard alone: the dialogue opens, keeps the focus, and Escape closes it.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.evaluate('document.activeElement.name'), 'password');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await signIn(page, PASSWORD);
  await page.getByRole('button', { name: 'Sair' }).waitFor();

  // A page on another port of this machine is the same site to the browser: it sends the cookie along.
  const evil = createServer((_request, response) => response.end('<title>evil</title>'));
  t.after(() => evil.close());
  await new Promise<void>((resolve) => {
    evil.listen(0, '127.0.0.1', resolve);
  });
  const other = await context.newPage();
  await other.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
  await other.evaluate(
    `fetch('${url}api/webhooks/crm/pause', { method: 'POST', mode: 'no-cors', credentials: 'include' }).catch(() => {})`,
  );
  const refused = await other.evaluate(
    `fetch('${url}api/overview').then((answer) => answer.status, (error) => error.name)`,
  );
  assert.equal(refused, 'TypeError', 'it can read nothing');
  await page.reload();
  await sentence(page, /^Tudo certo/);

  // DNS rebinding: a name of another site that leads here.
  const rebound = await other.goto(url.replace('127.0.0.1', 'evil.example'));
  assert.equal(rebound?.status(), 403);

  const guesser = await context.newPage();
  await context.clearCookies();
  await guesser.goto(url);
  for (let guess = 1; guess <= 5; guess += 1) {
    await signIn(guesser, `guess number ${guess}`);
    await guesser.getByText('A senha não confere.').waitFor();
    await guesser.reload();
  }
  await signIn(guesser, PASSWORD);
  await guesser.getByText('Muitas tentativas erradas. Espere um minuto e tente de novo.').waitFor();
}

// Most of their time they wait for clocks of the gateway, and each has its own: so they do it together.
describe('the panel in a real browser', { skip: noBrowser, concurrency: true }, () => {
  test('a day at the front desk: all well, no internet and back, a parked event resent', aDayAtTheFrontDesk);
  test('whoever has no business here: another site, a forged name, a guesser', whoeverHasNoBusinessHere);
});
