import type { Text } from '../../drivers/base/language.ts';
import {
  formatPeer,
  type LinkAddress,
  parseAddress,
  type SerialAddress,
  type TcpAddress,
  type TcpListenAddress,
} from '../../drivers/links/address.ts';
import { isLoopback } from '../../drivers/links/host.ts';
import type { TapPlace } from '../../drivers/links/tap.ts';
import type { Checker } from '../check/checker.ts';
import { type Problem, text } from '../check/mistakes.ts';

const TCP_EXAMPLE = text(
  'for example tap: tcp-listen://0.0.0.0:13000 with connect: tcp://192.168.0.200:3000',
  'por exemplo tap: tcp-listen://0.0.0.0:13000 com connect: tcp://192.168.0.200:3000',
);
const SERIAL_EXAMPLE = text(
  'for example tap: serial:///dev/ttyUSB1 for the port of the gym’s software, or tap: listen for a Y-cable',
  'por exemplo tap: serial:///dev/ttyUSB1 para a porta do sistema da academia, ou tap: listen para um cabo em Y',
);

/** What takes what is sent to this machine's loopback address. */
const HERE = ['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'];

/** The tap of one turnstile: on TCP a listener, on a serial line a second port or `listen`. */
export function checkTap(
  checker: Checker,
  index: number,
  connect: LinkAddress | undefined,
): TapPlace | undefined {
  const path = ['turnstiles', index, 'tap'];
  const tap = checker.source.at(path);
  if (typeof tap !== 'string' || connect === undefined) return undefined;
  const found = placeOf(tap, connect);
  if ('problem' in found) {
    checker.report(path, found.problem);
    return undefined;
  }
  const { place } = found;
  if (place.kind === 'tcp') checker.claim({ path, kind: 'listener', listen: place.listen });
  else if (place.software !== undefined) checker.claim({ path, kind: 'device', device: place.software });
  return place;
}

type Found = { readonly place: TapPlace } | { readonly problem: Problem };

function placeOf(tap: string, connect: LinkAddress): Found {
  switch (connect.kind) {
    case 'tcp':
      return onTcp(tap, connect);
    case 'serial':
      return onSerial(tap, connect);
    case 'tcp-listen':
      return wrong(
        text(
          'a device that dials (connect: tcp-listen://) can have no tap',
          'um equipamento que conecta sozinho (connect: tcp-listen://) não pode ter tap',
        ),
        TCP_EXAMPLE,
      );
  }
}

function onTcp(tap: string, device: TcpAddress): Found {
  if (tap === 'listen') {
    return wrong(
      text(
        'tap: listen only reads a serial line; this device is at tcp://',
        'tap: listen só lê uma linha serial; este equipamento está em tcp://',
      ),
      TCP_EXAMPLE,
    );
  }
  const parsed = parseAddress(tap);
  if ('problem' in parsed) return wrong(parsed.problem);
  if (parsed.address.kind !== 'tcp-listen') {
    return wrong(
      text(
        'a tap goes from tcp-listen:// to a device at tcp://',
        'um tap vai de tcp-listen:// a um equipamento em tcp://',
      ),
      TCP_EXAMPLE,
    );
  }
  if (isOwnPort(parsed.address, device)) {
    const own = formatPeer(device.host, device.port);
    return wrong(
      text(`${own} is the device’s own port (connect)`, `${own} é a porta do próprio equipamento (connect)`),
      TCP_EXAMPLE,
    );
  }
  return { place: { kind: 'tcp', device, listen: parsed.address } };
}

/** A tap on it would dial itself. Another machine may well have the same port. */
function isOwnPort(listen: TcpListenAddress, device: TcpAddress): boolean {
  if (listen.port !== device.port) return false;
  return listen.host === device.host || (isLoopback(device.host) && HERE.includes(listen.host));
}

function onSerial(tap: string, device: SerialAddress): Found {
  if (tap === 'listen') return { place: { kind: 'serial', device } };
  const parsed = parseAddress(tap, { serial: device });
  if ('problem' in parsed) return wrong(parsed.problem);
  if (parsed.address.kind !== 'serial') {
    return wrong(
      text(
        'the tap of a device at serial:// is a second serial port, or listen',
        'o tap de um equipamento em serial:// é uma segunda porta serial, ou listen',
      ),
      SERIAL_EXAMPLE,
    );
  }
  if (parsed.address.path === device.path) {
    return wrong(
      text(
        `${device.path} is the device’s own port (connect)`,
        `${device.path} é a porta do próprio equipamento (connect)`,
      ),
      SERIAL_EXAMPLE,
    );
  }
  return { place: { kind: 'serial', device, software: parsed.address } };
}

function wrong(message: Text, help?: Text): Found {
  return { problem: { message, help } };
}
