import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findHolders, listSerialPorts } from '../../../drivers/links/serial-ports.ts';

/** A folder with these files; an object stands for a link. */
function tree(t: TestContext, files: Readonly<Record<string, string | { readonly to: string }>>): string {
  const root = mkdtempSync(join(tmpdir(), 'giro-tree-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    if (typeof content === 'string') writeFileSync(at, content);
    else symlinkSync(content.to.startsWith('/') ? join(root, content.to) : content.to, at);
  }
  return root;
}

const USB = 'sys/devices/pci/usb1/1-1';

test('a USB adapter with its stable name, a port of the main board, and no console', (t) => {
  const root = tree(t, {
    [`${USB}/idVendor`]: '0403\n',
    [`${USB}/idProduct`]: '6001\n',
    [`${USB}/manufacturer`]: 'FTDI\n',
    [`${USB}/product`]: 'FT232R USB UART\n',
    [`${USB}/1-1:1.0/ttyUSB0/tty/ttyUSB0/device`]: { to: `/${USB}/1-1:1.0/ttyUSB0` },
    'sys/class/tty/ttyUSB0': { to: `/${USB}/1-1:1.0/ttyUSB0/tty/ttyUSB0` },
    'sys/devices/platform/serial8250/name': 'serial8250',
    'sys/class/tty/ttyS0/device': { to: '/sys/devices/platform/serial8250' },
    'sys/class/tty/ttyS0/type': '4\n',
    'sys/class/tty/ttyS1/device': { to: '/sys/devices/platform/serial8250' },
    'sys/class/tty/ttyS1/type': '0\n',
    'sys/class/tty/tty1/active': '0\n',
    'dev/ttyUSB0': '',
    'dev/ttyS0': '',
    'dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0': { to: '../../ttyUSB0' },
  });
  assert.deepEqual(listSerialPorts({ sys: join(root, 'sys'), dev: join(root, 'dev') }), [
    { path: join(root, 'dev/ttyS0') },
    {
      path: join(root, 'dev/ttyUSB0'),
      stablePath: join(root, 'dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0'),
      vendor: 'FTDI FT232R USB UART',
      usbId: '0403:6001',
    },
  ]);
});

test('a machine without serial ports', (t) => {
  const root = tree(t, {});
  assert.deepEqual(listSerialPorts({ sys: join(root, 'sys'), dev: join(root, 'dev') }), []);
});

test('whoever has a port open, under whatever name', (t) => {
  const root = tree(t, {
    'dev/ttyUSB0': '',
    'dev/by-id': { to: 'ttyUSB0' },
    'proc/12/comm': 'socat\n',
    'proc/12/fd/0': { to: '/dev/null' },
    'proc/12/fd/7': { to: '/dev/ttyUSB0' },
    'proc/12/fd/8': { to: '/dev/ttyUSB0' },
    'proc/13/comm': 'bash\n',
    'proc/13/fd/0': { to: '/dev/null' },
    'proc/14/comm': 'ended\n',
    'proc/self/comm': 'bash\n',
  });
  const path = join(root, 'dev/by-id');
  const { holders, unseen } = findHolders([path], join(root, 'proc'));
  assert.deepEqual([...holders], [[path, [{ pid: 12, program: 'socat' }]]]);
  assert.equal(unseen, 0);
});
