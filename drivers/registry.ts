import type { Driver } from './contract/driver.ts';
import { henry } from './henry/driver.ts';
import { lines } from './lines/driver.ts';
import { toletusLitenet2 } from './toletus-litenet2/driver.ts';

/** Every driver, by the name that the configuration uses. A new driver is its folder and one line here. */
export const drivers: readonly Driver[] = [henry, lines, toletusLitenet2];

export function findDriver(name: string): Driver | undefined {
  return drivers.find((driver) => driver.name === name);
}
