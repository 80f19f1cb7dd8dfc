import { each } from '../mistaken.ts';

each([
  {
    name: 'tab',
    from: '  name: recepcao',
    to: '\tname: recepcao',
    want: ['2:1: a tab is used as indentation', '  use spaces'],
  },
  {
    name: 'tab after spaces',
    from: '    company: 1',
    to: '  \tcompany: 1',
    want: ['5:3: a tab is used as indentation', '  use spaces'],
  },
  {
    name: 'tabs in two places',
    from: `    company: 1
    timezone: America/Sao_Paulo`,
    to: `	company: 1
	timezone: America/Sao_Paulo`,
    want: [
      '5:1: a tab is used as indentation',
      '  use spaces',
      '6:1: a tab is used as indentation',
      '  use spaces',
    ],
  },
  {
    name: 'indented too far',
    from: '    driver: henry',
    to: '      driver: henry',
    want: [
      '14:7: the indentation is wrong here',
      '  keys of one group begin in the same column, and a list item begins with "- "',
    ],
  },
  {
    name: 'indented too little',
    from: '    driver: henry',
    to: '   driver: henry',
    want: [
      '14:4: the indentation is wrong here',
      '  keys of one group begin in the same column, and a list item begins with "- "',
    ],
  },
  {
    name: 'list item in the wrong column',
    from: '  - id: sul',
    to: ' - id: sul',
    want: [
      '7:2: the indentation is wrong here',
      '  keys of one group begin in the same column, and a list item begins with "- "',
    ],
  },
  {
    name: 'second colon',
    from: 'name: Entrada',
    to: 'name: Entrada: lado',
    want: ['13:11: there is a second ": " in this line', '  put the whole value in single quotes'],
  },
  {
    name: 'no colon',
    from: 'name: Entrada',
    to: 'name Entrada',
    want: ['13:5: ":" and a space are missing after the key', '  write it as key: value'],
  },
  {
    name: 'no space after the colon',
    from: 'company: 1',
    to: 'company:1',
    want: ['5:5: ":" and a space are missing after the key', '  write it as key: value'],
  },
  {
    name: 'quote that is not closed',
    from: 'name: Entrada',
    to: 'name: "Entrada',
    want: ['13:11: the quote that opens here is never closed'],
  },
  {
    name: 'text behind a quote',
    from: 'name: Entrada',
    to: 'name: "Entrada" 2',
    want: ['13:21: this is not expected here', '  put the whole value in single quotes'],
  },
  {
    name: 'backslash in double quotes',
    from: "'^(?<record>\\d+)$'",
    to: '"^\\d$"',
    want: ['21:18: \\d means nothing inside double quotes', '  use single quotes'],
  },
  {
    name: 'reserved character',
    from: 'name: Entrada',
    to: 'name: @1',
    want: ["13:11: a value can't begin with @", '  put the whole value in single quotes'],
  },
  {
    name: 'bracket that is not closed',
    from: 'id: crm',
    to: `id: crm
    allow: [http`,
    want: ['25:5: a ] is missing before here'],
  },
  {
    name: 'no comma',
    from: 'id: crm',
    to: `id: crm
    allow: ["http" "loopback"]`,
    want: ['24:20: a comma or a space is missing here'],
  },
  {
    name: 'no space before a comment',
    from: 'name: Entrada',
    to: 'name: "Entrada"# lado',
    want: ['13:20: a space is missing before "#"'],
  },
  {
    name: 'tag',
    from: 'name: Entrada',
    to: 'name: !secret x',
    want: ['13:11: tags (!...) are not supported'],
  },
  {
    name: 'unknown anchor',
    from: 'name: Entrada',
    to: 'name: *x',
    want: ['13:11: nothing above has this anchor (&)', '  a text that begins with * stands in quotes'],
  },
  {
    name: 'a port on every address, without quotes',
    from: 'name: Entrada',
    to: 'name: *:8470',
    want: ['13:11: nothing above has this anchor (&)', '  a text that begins with * stands in quotes'],
  },
  {
    name: 'alias to itself',
    from: `options:
      pattern:`,
    to: `options: &o
      person: *o
      pattern:`,
    want: ['21:15: the alias (*) leads to itself or to too much'],
  },
  {
    name: 'two documents',
    from: 'webhooks:',
    to: `---
webhooks:`,
    want: ['22:1: a second document begins here (---)', '  one file holds one configuration'],
  },
]);
