import type { Text } from '../../drivers/base/language.ts';
import type { Driver } from '../../drivers/contract/driver.ts';
import { type LinkAddress, parseAddress } from '../../drivers/links/address.ts';
import type { TapPlace } from '../../drivers/links/tap.ts';
import type { Checker } from '../check/checker.ts';
import { text } from '../check/mistakes.ts';
import { isGroup, type Path } from '../check/source.ts';
import { unknownName } from '../check/suggest.ts';
import { turnstileSchema } from '../schema.ts';
import { checkTap } from './taps.ts';

export interface Turnstile {
  readonly id: string;
  /** `units[].id`. */
  readonly unit: string;
  readonly name?: string | undefined;
  readonly driver: Driver;
  readonly address: LinkAddress;
  /** Between the device and the gym's software; then Giro only listens in. */
  readonly tap?: TapPlace | undefined;
  readonly swapDirection: boolean;
  /** What the driver's own schema made of them. */
  readonly options: unknown;
}

/** Judges what the schema can't: ids, units, addresses and the drivers' own options. Answers those that are right. */
export function checkTurnstiles(
  checker: Checker,
  units: readonly string[] | undefined,
  drivers: readonly Driver[],
): readonly Turnstile[] {
  checker.ids('turnstiles', text('turnstile', 'catraca'));
  const schema = turnstileSchema(drivers.map(({ name }) => name));
  return checker.entries('turnstiles').flatMap(([index, entry]) => {
    const name = Reflect.get(entry, 'driver');
    const driver = drivers.find((known) => known.name === name);
    checkUnit(checker, ['turnstiles', index, 'unit'], units);
    const address = checkAddress(checker, index, driver);
    const tap = checkTap(checker, index, address);
    const options = driver && checkOptions(checker, index, driver);
    const { data } = schema.safeParse(entry); // its mistakes are reported with the whole file's
    if (data === undefined || driver === undefined || address === undefined || options === undefined)
      return [];
    const { id, unit, swapDirection } = data;
    return [{ id, unit, name: data.name, driver, address, tap, swapDirection, options: options.value }];
  });
}

/** Reports a unit that nobody declared; without a list of units (undefined) none can be judged. */
export function checkUnit(checker: Checker, path: Path, units: readonly string[] | undefined): void {
  const unit = checker.source.at(path);
  if (typeof unit !== 'string' || units === undefined || units.includes(unit)) return;
  checker.report(path, unknownName('unit', unit, units, text('known units', 'unidades conhecidas')));
}

function checkAddress(checker: Checker, index: number, driver: Driver | undefined): LinkAddress | undefined {
  const path = ['turnstiles', index, 'connect'];
  const connect = checker.source.at(path);
  if (typeof connect !== 'string') return undefined;
  // Of an unknown driver nobody knows whether it has a default port, so a missing one is no mistake yet.
  const parsed = parseAddress(connect, { defaultPort: driver === undefined ? 1 : driver.defaultPort });
  if ('problem' in parsed) {
    checker.report(path, { message: parsed.problem, help: withScheme(connect) });
    return undefined;
  }
  const { address } = parsed;
  const { kind } = address;
  checker.claim(
    address.kind === 'tcp-listen'
      ? { path, kind: 'listener', listen: address }
      : { path, kind: 'device', device: address },
  );
  if (driver !== undefined && !driver.links.includes(kind)) {
    const links = driver.links.join(', ');
    checker.report(path, {
      message: text(`driver "${driver.name}" can't use ${kind}`, `o driver "${driver.name}" não usa ${kind}`),
      help: text(`it can use: ${links}`, `ele usa: ${links}`),
    });
  }
  return address;
}

/** What most people mean who write only where the device is. */
function withScheme(connect: string): Text | undefined {
  const guess = connect.startsWith('/') ? `serial://${connect}` : `tcp://${connect}`;
  if (connect.includes('//') || 'problem' in parseAddress(guess, { defaultPort: 1 })) return undefined;
  return text(`did you mean ${guess}?`, `você quis dizer ${guess}?`);
}

function checkOptions(
  checker: Checker,
  index: number,
  driver: Driver,
): { readonly value: unknown } | undefined {
  const path = ['turnstiles', index, 'options'];
  const given = checker.source.at(path) ?? {};
  if (!isGroup(given) || Array.isArray(given)) return undefined;
  const value = checker.parse(driver.options, path, given);
  return value === undefined ? undefined : { value };
}
