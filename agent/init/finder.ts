import { readdir } from 'node:fs/promises';
import type { LinkKind } from '../../drivers/links/link.ts';

/** Something that a turnstile may be behind. */
export interface FoundDevice {
  /** As `connect` says it. */
  readonly connect: string;
  readonly kind: LinkKind;
  /** The driver that it speaks like, where that is known. */
  readonly driver?: string;
  /** What a person knows it by. */
  readonly label: string;
}

/** Looks for devices; takes seconds at most, and never talks to one that others may be using. */
export type Finder = () => Promise<readonly FoundDevice[]>;

const BY_ID = '/dev/serial/by-id';

/** Serial adapters, by the name that stays with them whatever port they are plugged into. */
export const findSerialPorts: Finder = async () => {
  const names = await readdir(BY_ID).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []; // none is plugged in, or the system has no such folder
    throw error;
  });
  return names.map((name) => ({
    connect: `serial://${BY_ID}/${name}?baudRate=9600`,
    kind: 'serial',
    label: name.replace(/^usb-/, ''),
  }));
};
