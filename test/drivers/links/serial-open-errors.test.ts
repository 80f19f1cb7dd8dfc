import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openError } from '../../../drivers/links/serial.ts';

/** Texts as `@serialport/bindings-cpp` 13 makes them (serialport_unix.cpp, serialport_win.cpp). */
const texts = [
  ['Error: No such file or directory, cannot open /dev/ttyUSB0', 'PORT_MISSING'],
  ['Error: No such device, cannot open /dev/ttyUSB0', 'PORT_MISSING'],
  ['Error: No such device or address, cannot open /dev/ttyUSB0', 'PORT_MISSING'],
  ['Opening COM3: File not found', 'PORT_MISSING'],
  ['Error: Permission denied, cannot open /dev/ttyUSB0', 'PORT_DENIED'],
  ['Error: Operation not permitted, cannot open /dev/ttyUSB0', 'PORT_DENIED'],
  ['Error: Device or resource busy, cannot open /dev/ttyUSB0', 'PORT_BUSY'],
  ['Error Resource temporarily unavailable Cannot lock port', 'PORT_BUSY'],
  ['Opening COM3: Access denied', 'PORT_BUSY'],
  ['Error: Is a directory, cannot open /dev', 'LINK_FAILED'],
  ['Error: Not a directory, cannot open /dev/null/x', 'LINK_FAILED'],
  ['Error: Inappropriate ioctl for device setting custom baud rate of 9600', 'LINK_FAILED'],
  ['Error: Invalid argument || while setting custom baud rate of 12345', 'LINK_FAILED'],
  ['Error baud rate of 12345 is not supported on your platform', 'LINK_FAILED'],
  ['Opening COM3: Unknown error code 31', 'LINK_FAILED'],
] as const;

for (const [text, code] of texts) {
  test(`"${text}" is ${code}`, () => {
    const cause = new Error(text);
    const error = openError('/dev/ttyUSB0', cause);
    assert.equal(error.code, code);
    assert.ok(error.message.startsWith('/dev/ttyUSB0 '));
    assert.equal(error.cause, cause);
  });
}

test('a text that nobody foresaw is shown as it is', () => {
  assert.match(
    openError('COM3', new Error('Opening COM3: Unknown error code 31')).message,
    /Unknown error code 31/,
  );
});
