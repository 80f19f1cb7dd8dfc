import { each } from '../mistaken.ts';

each([
  {
    name: 'timezone, near another',
    from: 'America/Sao_Paulo',
    to: 'America/SaoPaulo',
    want: [
      '6:15: timezone: "America/SaoPaulo" is unknown; did you mean "America/Sao_Paulo"?',
      '  expected a name of the IANA list; for Brasília time America/Sao_Paulo',
    ],
  },
  {
    name: 'timezone in the wrong case',
    from: 'America/Sao_Paulo',
    to: 'america/sao_paulo',
    want: [
      '6:15: timezone: "america/sao_paulo" is unknown; did you mean "America/Sao_Paulo"?',
      '  expected a name of the IANA list; for Brasília time America/Sao_Paulo',
    ],
  },
  {
    name: 'timezone as a city',
    from: 'America/Sao_Paulo',
    to: 'São Paulo',
    want: [
      '6:15: timezone: "São Paulo" is unknown; did you mean "America/Sao_Paulo"?',
      '  expected a name of the IANA list; for Brasília time America/Sao_Paulo',
    ],
  },
  {
    name: 'timezone, near none',
    from: 'America/Sao_Paulo',
    to: 'America/Brasilia',
    want: [
      '6:15: timezone: "America/Brasilia" is unknown',
      '  expected a name of the IANA list; for Brasília time America/Sao_Paulo',
    ],
  },
  {
    name: 'timezone as an offset',
    from: 'America/Sao_Paulo',
    to: '"-03:00"',
    want: [
      '6:15: timezone: "-03:00" is unknown',
      '  expected a name of the IANA list; for Brasília time America/Sao_Paulo',
    ],
  },
  {
    name: 'port out of range',
    from: '192.168.0.200:3000',
    to: '192.168.0.200:70000',
    want: ['15:14: "70000" is no port; expected 1 to 65535'],
  },
  {
    name: 'address without a scheme',
    from: 'tcp://192.168.0.200:3000',
    to: '192.168.0.200',
    want: [
      '15:14: "192.168.0.200" is no address; expected tcp://HOST:PORT, tcp-listen://HOST:PORT or serial://PATH',
      '  did you mean tcp://192.168.0.200?',
    ],
  },
  {
    name: 'missing port, driver without a default',
    from: 'serial:///dev/ttyUSB0',
    to: 'tcp://192.168.0.200',
    want: ['19:14: the port is missing; expected 1 to 65535'],
  },
  {
    name: 'link that the driver has not',
    from: 'tcp://192.168.0.200:3000',
    to: 'serial:///dev/ttyS0',
    want: [`15:14: driver "henry" can't use serial`, '  it can use: tcp, tcp-listen'],
  },
  {
    name: 'tap that does not listen',
    from: 'connect: tcp://192.168.0.200:3000',
    to: 'connect: tcp://192.168.0.200:3000\n    tap: tcp://0.0.0.0:13000',
    want: [
      '16:10: a tap goes from tcp-listen:// to a device at tcp://',
      '  for example tap: tcp-listen://0.0.0.0:13000 with connect: tcp://192.168.0.200:3000',
    ],
  },
  {
    name: 'tap: listen on TCP',
    from: 'connect: tcp://192.168.0.200:3000',
    to: 'connect: tcp://192.168.0.200:3000\n    tap: listen',
    want: [
      '16:10: tap: listen only reads a serial line; this device is at tcp://',
      '  for example tap: tcp-listen://0.0.0.0:13000 with connect: tcp://192.168.0.200:3000',
    ],
  },
  {
    name: 'tap of a device that dials',
    from: 'connect: tcp://192.168.0.200:3000',
    to: 'connect: tcp-listen://0.0.0.0:3000\n    tap: tcp-listen://0.0.0.0:13000',
    want: [
      '16:10: a device that dials (connect: tcp-listen://) can have no tap',
      '  for example tap: tcp-listen://0.0.0.0:13000 with connect: tcp://192.168.0.200:3000',
    ],
  },
  {
    name: 'serial tap on the device’s own port',
    from: 'connect: serial:///dev/ttyUSB0',
    to: 'connect: serial:///dev/ttyUSB0\n    tap: serial:///dev/ttyUSB0?baudRate=9600',
    want: [
      '20:10: /dev/ttyUSB0 is the device’s own port (connect)',
      '  for example tap: serial:///dev/ttyUSB1 for the port of the gym’s software, or tap: listen for a Y-cable',
    ],
  },
  {
    name: 'TCP tap of a serial device',
    from: 'connect: serial:///dev/ttyUSB0',
    to: 'connect: serial:///dev/ttyUSB0\n    tap: tcp-listen://0.0.0.0:13000',
    want: [
      '20:10: the tap of a device at serial:// is a second serial port, or listen',
      '  for example tap: serial:///dev/ttyUSB1 for the port of the gym’s software, or tap: listen for a Y-cable',
    ],
  },
  {
    name: 'serial tap with a setting that there is not',
    from: 'connect: serial:///dev/ttyUSB0',
    to: 'connect: serial:///dev/ttyUSB0\n    tap: serial:///dev/ttyUSB1?baud=9600',
    want: [
      '20:10: "baud=9600" is no serial setting; expected baudRate=50..4000000, dataBits=5..8, parity=none|even|odd, stopBits=1|2',
    ],
  },
  {
    name: 'data folder that is a file',
    from: 'name: recepcao',
    to: `name: recepcao
  data: ./webhook.schema.json`,
    want: [
      '3:9: data folder config/webhook.schema.json is a file',
      '  expected a folder; giro run makes it where there is none',
    ],
  },
]);
