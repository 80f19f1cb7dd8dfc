import { each } from '../mistaken.ts';

each([
  {
    name: 'text for a list',
    from: 'id: crm',
    to: `id: crm
    allow: http`,
    want: ['24:12: allow: expected a list, found text'],
  },
  {
    name: 'text for a group',
    from: 'driver: henry',
    to: `driver: henry
    options: none`,
    want: ['15:14: options: expected a group of keys, found text'],
  },
  {
    name: 'list for a group',
    from: 'driver: henry',
    to: `driver: henry
    options: [decide]`,
    want: ['15:14: options: expected a group of keys, found a list'],
  },
  {
    name: 'nothing for a group',
    from: 'driver: henry',
    to: `driver: henry
    options:`,
    want: ['15:13: options: expected a group of keys, found nothing'],
  },
  {
    name: 'number for text',
    from: 'name: Entrada',
    to: 'name: 12',
    want: ['13:11: name: expected text, found 12', '  put it in quotes: "12"'],
  },
  {
    name: 'number for a known name',
    from: 'driver: henry',
    to: 'driver: 7',
    want: ['14:13: driver: expected text, found 7', '  put it in quotes: "7"'],
  },
  {
    name: 'word for true or false',
    from: 'driver: henry',
    to: `driver: henry
    swapDirection: yes`,
    want: ['15:20: swapDirection: expected true or false, found text'],
  },
  {
    name: 'nothing for a number',
    from: 'company: 1',
    to: 'company:',
    want: ['5:13: company: expected a number, found nothing'],
  },
  {
    name: 'text for a number',
    from: 'company: 1',
    to: 'company: um',
    want: ['5:14: company: expected a number, found text'],
  },
  {
    name: 'number that is not whole',
    from: 'company: 1',
    to: 'company: 1.5',
    want: ['5:14: company: expected a whole number, found 1.5'],
  },
  {
    name: 'number too small',
    from: 'company: 1',
    to: 'company: 0',
    want: ['5:14: company: expected at least 1, found 0'],
  },
  {
    name: 'option too large',
    from: 'driver: henry',
    to: `driver: henry
    options: { releaseSeconds: 60 }`,
    want: ['15:32: releaseSeconds: expected at most 30, found 60'],
  },
  {
    name: 'text too long',
    from: 'name: Entrada',
    to: 'name: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    want: ['13:11: name: expected at most 80 characters, found 81'],
  },
  {
    name: 'empty text',
    from: 'name: recepcao',
    to: 'name: ""',
    want: ['2:9: agent.name: must not be empty'],
  },
  {
    name: 'empty list',
    from: 'id: crm',
    to: `id: crm
    events: []`,
    want: ['24:13: events: must not be empty'],
  },
  {
    name: 'leading zeros',
    from: 'name: Entrada',
    to: 'name: 0123',
    want: ['13:11: 0123 without quotes is the number 123', '  write "0123" to keep its zeros'],
  },
  {
    name: 'leading zero in a number',
    from: 'company: 1',
    to: 'company: 01',
    want: ['5:14: 01 without quotes is the number 1', '  write "01" to keep its zeros'],
  },
  {
    name: 'option, text of the driver in both languages',
    from: "'^(?<record>\\d+)$'",
    to: 'a$',
    want: ['21:16: pattern: must begin with ^'],
  },
  {
    name: 'option, text of the driver in English',
    from: "'^(?<record>\\d+)$'",
    to: '^a',
    want: ['21:16: pattern: must end with $'],
  },
]);
