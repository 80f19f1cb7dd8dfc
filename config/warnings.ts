import type { Checker } from './check/checker.ts';
import { type Problem, text } from './check/mistakes.ts';
import type { Path } from './check/source.ts';
import type { Configuration } from './configuration.ts';

type Checked = Pick<Configuration, 'units' | 'webhooks' | 'feed'>;

/** A secret that is kept elsewhere. */
const REFERENCE = /^\$\{(?:file|env):[^}]*\}$/;

/** Warns of what works and is seldom meant, in a configuration without mistakes. */
export function checkWarnings(checker: Checker, checked: Checked): void {
  warnOfOutlets(checker, checked);
  warnOfSecrets(checker, checked);
  warnOfCompanies(checker, checked);
}

/** Events that nobody gets. */
function warnOfOutlets(checker: Checker, { units, webhooks, feed }: Checked): void {
  const active = webhooks.filter((webhook) => webhook.active);
  if (webhooks.length > 0 && active.length === 0) {
    checker.warn(['webhooks', 0, 'active'], NONE_ACTIVE);
    return;
  }
  for (const [index, { id }] of units.entries()) {
    const hasWebhook = active.some((webhook) => webhook.units?.includes(id) ?? true);
    if (hasWebhook || feed?.consumers.some(({ unit }) => unit === id)) continue;
    checker.warn(['units', index, 'id'], {
      message: text(`unit "${id}" has no webhook`, `a unidade "${id}" não tem webhook`),
      help: text(
        'its events are kept here and go nowhere: add a webhook, or the unit to the units of one',
        'seus eventos ficam guardados aqui e não vão a lugar nenhum: acrescente um webhook, ou a unidade às units de um',
      ),
    });
  }
}

function warnOfSecrets(checker: Checker, { webhooks }: Checked): void {
  for (const [index, { id }] of webhooks.entries()) {
    for (const path of secretPaths(checker, ['webhooks', index])) {
      const written = checker.source.written(path);
      if (written === undefined || REFERENCE.test(written)) continue;
      checker.warn(path, {
        message: text('a secret is written in this file', 'um segredo está escrito neste arquivo'),
        help: text(
          `keep it in a file of its own, mode 0600, and write \${file:./${id}.secret}`,
          `guarde-o em um arquivo próprio, modo 0600, e escreva \${file:./${id}.secret}`,
        ),
      });
    }
  }
}

function secretPaths({ source }: Checker, webhook: Path): readonly Path[] {
  const secret = [...webhook, 'secret'];
  const value = source.at(secret);
  const auth = [...webhook, 'auth'];
  return [
    ...(Array.isArray(value) ? [...value.keys()].map((place) => [...secret, place]) : [secret]),
    [...auth, 'bearer'],
    [...auth, 'basic', 'password'],
    [...auth, 'oauth2', 'clientSecret'],
  ];
}

function warnOfCompanies(checker: Checker, { units }: Checked): void {
  for (const [index, { company }] of units.entries()) {
    const first = units.findIndex((unit) => unit.company === company);
    if (first === index) continue;
    const { line } = checker.source.place(['units', first, 'company']);
    checker.warn(['units', index, 'company'], {
      message: text(
        `company ${company} is already in line ${line}`,
        `a company ${company} já está na linha ${line}`,
      ),
      help: text(
        'right if both units are of one company; else correct one of the two',
        'certo se as duas unidades são da mesma empresa; senão, corrija uma delas',
      ),
    });
  }
}

const NONE_ACTIVE: Problem = {
  message: text('no webhook is active', 'nenhum webhook está ativo'),
  help: text(
    'events are neither sent nor queued: remove active: false from the one that is to get them',
    'os eventos não são enviados nem ficam na fila: tire active: false do que deve recebê-los',
  ),
};
