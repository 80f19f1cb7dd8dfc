import { each } from '../mistaken.ts';

each([
  {
    name: 'unknown key, near another',
    from: 'name: Entrada',
    to: 'nmae: Entrada',
    want: [
      '13:5: unknown key "nmae"; did you mean "name"?',
      '  known keys: id, unit, name, driver, connect, tap, swapDirection, options',
    ],
  },
  {
    name: 'unknown key, near none',
    from: 'name: Entrada',
    to: 'foo: Entrada',
    want: [
      '13:5: unknown key "foo"',
      '  known keys: id, unit, name, driver, connect, tap, swapDirection, options',
    ],
  },
  {
    name: 'unknown section',
    from: 'webhooks:',
    to: 'webhook:',
    want: [
      '22:1: unknown key "webhook"; did you mean "webhooks"?',
      '  known keys: agent, journal, panel, units, turnstiles, webhooks, relay, feed',
    ],
  },
  {
    name: 'unknown driver option',
    from: "pattern: '^(?<record>\\d+)$'",
    to: `pattern: '^a$'
      pasage: true`,
    want: ['22:7: unknown key "pasage"; did you mean "passage"?', '  known keys: pattern, passage, person'],
  },
  {
    name: 'unknown key inside an option',
    from: "pattern: '^(?<record>\\d+)$'",
    to: `pattern: '^a$'
      person: { system: pacto, typ: aluno }`,
    want: ['22:32: unknown key "typ"', '  known keys: system'],
  },
  {
    name: 'unknown key of an option that maps',
    from: 'driver: henry',
    to: `driver: henry
    options: { readers: { 3: cartao } }`,
    want: ['15:27: unknown key "3"; did you mean "1"?', '  known keys: 1, 2'],
  },
  {
    name: 'missing key',
    from: `    unit: centro
`,
    to: '',
    want: ['11:5: "unit" is missing'],
  },
  {
    name: 'misspelled required key',
    from: 'connect: tcp',
    to: 'conect: tcp',
    want: [
      '11:5: "connect" is missing',
      '15:5: unknown key "conect"; did you mean "connect"?',
      '  known keys: id, unit, name, driver, connect, tap, swapDirection, options',
    ],
  },
  {
    name: 'missing driver option',
    from: `    options:
      pattern: '^(?<record>\\d+)$'
`,
    to: '',
    want: ['16:5: "pattern" is missing'],
  },
  {
    name: 'missing section',
    from: `turnstiles:
  - id: catraca-1
    unit: centro
    name: Entrada
    driver: henry
    connect: tcp://192.168.0.200:3000
  - id: catraca-2
    unit: sul
    driver: lines
    connect: serial:///dev/ttyUSB0
    options:
      pattern: '^(?<record>\\d+)$'
`,
    to: '',
    want: ['1:1: "turnstiles" is missing'],
  },
  {
    name: 'repeated key',
    from: 'name: Entrada',
    to: `name: Entrada
    name: Lateral`,
    want: ['14:5: key "name" is already in line 13', '  keep one of the two'],
  },
  {
    name: 'key that is a list',
    from: 'driver: henry',
    to: `driver: henry
    options: { [a]: 1 }`,
    want: ['15:16: a key must be plain text'],
  },
  {
    name: 'merge key, which YAML 1.2 has not',
    from: 'id: catraca-1',
    to: `id: catraca-1
    <<: {}`,
    want: [
      '12:5: unknown key "<<"',
      '  known keys: id, unit, name, driver, connect, tap, swapDirection, options',
    ],
  },
]);
