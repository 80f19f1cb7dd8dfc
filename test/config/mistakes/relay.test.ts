import { each } from '../mistaken.ts';

const SECRET_PATH = '/Zk3mQ9vT1xLs8RnB4wHc';
const HASH = `sha256:${'0a'.repeat(32)}`;
const END = 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n';

/** The good configuration with these lines behind its last one, which is line 25. */
const appended = (lines: string) => ({ from: END, to: `${END}${lines}` });

const receive = (lines: string) =>
  appended(`relay:
  - id: pacto
    receive:
      listen: 127.0.0.1:8471
${lines}`);

const feed = (lines: string) =>
  appended(`feed:
  listen: 127.0.0.1:8472
  consumers:
${lines}`);

each([
  {
    name: 'relay that says neither where from nor how',
    ...appended('relay:\n  - id: pacto\n    unit: centro\n'),
    want: ['27:5: relay: expected pull or stream (or both), or receive alone'],
  },
  {
    name: 'relay that asks and listens',
    ...appended(
      `relay:\n  - { id: pacto, unit: centro, pull: https://a.example/, receive: { listen: 127.0.0.1:1, path: ${SECRET_PATH} } }\n`,
    ),
    want: ['27:5: relay: expected pull or stream (or both), or receive alone'],
  },
  {
    name: 'pull without a unit',
    ...appended('relay:\n  - { id: pacto, pull: https://inbox.example.com/v1/events }\n'),
    want: ['27:5: "unit" is missing'],
  },
  {
    name: 'relay of an unknown unit',
    ...appended('relay:\n  - { id: pacto, unit: norte, pull: https://inbox.example.com/v1/events }\n'),
    want: ['27:24: unit "norte" is unknown', '  known units: centro, sul'],
  },
  {
    name: 'pull over http',
    ...appended('relay:\n  - { id: pacto, unit: sul, pull: http://inbox.example.com/v1/events }\n'),
    want: ['27:35: the URL is http, which anyone on the way can read', '  use https, or add allow: [http]'],
  },
  {
    name: 'schedule that is no cron expression',
    ...appended('relay:\n  - { id: pacto, unit: sul, pull: https://a.example/, schedule: every day }\n'),
    want: [
      '27:65: schedule: "every day" is no cron expression',
      '  expected minute, hour, day, month and weekday, such as "*/5 6-22 * * *"',
    ],
  },
  {
    name: 'schedule and everySeconds',
    ...appended(
      'relay:\n  - { id: pacto, unit: sul, pull: https://a.example/, everySeconds: 5, schedule: "* * * * *" }\n',
    ),
    want: ['27:82: schedule and everySeconds are both set; keep one of the two'],
  },
  {
    name: 'everySeconds of a stream alone',
    ...appended('relay:\n  - { id: pacto, unit: sul, stream: https://a.example/, everySeconds: 5 }\n'),
    want: ['27:57: "everySeconds" only goes with pull'],
  },
  {
    name: 'headers of a pull',
    ...appended('relay:\n  - { id: pacto, unit: sul, pull: https://a.example/, headers: [x-a] }\n'),
    want: ['27:55: "headers" only goes with receive'],
  },
  {
    name: 'authority file that is not there',
    ...appended('relay:\n  - { id: pacto, unit: sul, pull: https://a.example/, ca: ca.pem }\n'),
    want: ['27:59: file config/ca.pem cannot be read: it does not exist'],
  },
  {
    name: 'receive at no address',
    ...appended(`relay:\n  - { id: pacto, receive: { listen: ":8471", path: ${SECRET_PATH} } }\n`),
    want: ['27:37: listen: expected HOST:PORT, such as 127.0.0.1:8471'],
  },
  {
    name: 'receive at a path that can be guessed',
    ...receive('      path: /pacto\n'),
    want: [
      '30:13: path: expected / and 20 to 128 letters, digits, - and _ that nobody can guess',
      '  giro relay path prints a new one',
    ],
  },
  {
    name: 'receive from no network',
    ...receive(`      path: ${SECRET_PATH}\n      from: [203.0.113.0/33]\n`),
    want: [
      '31:14: "203.0.113.0/33" is no IP address and no network; expected such as 203.0.113.7 or 203.0.113.0/24',
    ],
  },
  {
    name: 'token of a receive',
    ...receive(`      path: ${SECRET_PATH}\n    token: abcdefghijklmnopqrst\n`),
    want: ['31:5: "token" only goes with pull or stream'],
  },
  {
    name: 'hmac header that is none',
    ...receive(`      path: ${SECRET_PATH}\n      hmac: { header: "x sig", secret: 0123456789abcdef }\n`),
    want: ['31:23: "x sig" is no header name'],
  },
  {
    name: 'two relays of one id',
    ...appended(
      'relay:\n  - { id: pacto, unit: sul, pull: https://a.example/ }\n  - { id: pacto, unit: sul, pull: https://b.example/ }\n',
    ),
    want: ['28:11: relay "pacto" is already in line 27', '  give each an id of its own'],
  },
  {
    name: 'feed token that is not its hash, never quoted',
    ...feed('    - { id: gym, unit: centro, tokens: [hunter2hunter2hunter2] }\n'),
    want: [
      '29:41: tokens: expected sha256: and 64 hexadecimal digits',
      '  giro feed token makes a token and prints the line for this file',
    ],
  },
  {
    name: 'one feed token for two consumers',
    ...feed(
      `    - { id: gym, unit: centro, tokens: ["${HASH}"] }\n    - { id: other, unit: sul, tokens: ["${HASH}"] }\n`,
    ),
    want: ['30:40: this token is that of consumer "gym"', '  give each consumer a token of its own'],
  },
  {
    name: 'feed consumer of an unknown unit',
    ...feed(`    - { id: gym, unit: centre, tokens: ["${HASH}"] }\n`),
    want: ['29:24: unit "centre" is unknown; did you mean "centro"?', '  known units: centro, sul'],
  },
  {
    name: 'two feed consumers of one id',
    ...feed(
      `    - { id: gym, unit: centro, tokens: ["${HASH}"] }\n    - { id: gym, unit: sul, tokens: ["sha256:${'0b'.repeat(32)}"] }\n`,
    ),
    want: ['30:13: consumer "gym" is there already', '  give each an id of its own'],
  },
]);
