import { each } from '../mistaken.ts';

each([
  {
    name: 'URL without a scheme',
    from: 'https://crm.example.com/catraca',
    to: 'crm.example.com/catraca',
    want: ['24:10: the URL has no scheme; expected https://HOST/PATH'],
  },
  {
    name: 'URL of another scheme',
    from: 'https://crm.example.com/catraca',
    to: 'ftp://crm.example.com/catraca',
    want: ['24:10: the URL begins with ftp://; expected https://HOST/PATH'],
  },
  {
    name: 'URL with a blank in its host',
    from: 'https://crm.example.com/catraca',
    to: 'https://crm example.com/catraca',
    want: ['24:10: the URL is not valid; expected https://HOST/PATH'],
  },
  {
    name: 'URL with a port out of range',
    from: 'https://crm.example.com/catraca',
    to: 'https://crm.example.com:99999/',
    want: ['24:10: the URL is not valid; expected https://HOST/PATH'],
  },
  {
    name: 'URL with a password',
    from: 'https://crm.example.com/catraca',
    to: 'https://user:password@crm.example.com/',
    want: [
      '24:10: the URL holds a user or password; Giro signs its requests instead',
      '  if the receiver wants them, use auth: { basic: { user: ..., password: ... } }',
    ],
  },
  {
    name: 'URL with a fragment',
    from: 'https://crm.example.com/catraca',
    to: 'https://crm.example.com/#token',
    want: ['24:10: the URL holds a fragment (#...), which is never sent; remove it'],
  },
  {
    name: 'http without allow',
    from: 'https://crm.example.com/catraca',
    to: 'http://crm.example.com/',
    want: ['24:10: the URL is http, which anyone on the way can read', '  use https, or add allow: [http]'],
  },
  {
    name: 'http and loopback, one allowed',
    from: 'https://crm.example.com/catraca',
    to: `http://127.0.0.1:8080/
    allow: [http]`,
    want: ['24:10: the URL leads to this machine', '  if that is meant, add loopback to allow'],
  },
  {
    name: 'loopback without allow',
    from: 'https://crm.example.com/catraca',
    to: 'https://127.0.0.1/',
    want: ['24:10: the URL leads to this machine', '  if that is meant, add loopback to allow'],
  },
  {
    name: 'loopback as a number',
    from: 'https://crm.example.com/catraca',
    to: 'https://2130706433/',
    want: ['24:10: the URL leads to this machine', '  if that is meant, add loopback to allow'],
  },
  {
    name: 'loopback over IPv6',
    from: 'https://crm.example.com/catraca',
    to: 'https://[::1]/',
    want: ['24:10: the URL leads to this machine', '  if that is meant, add loopback to allow'],
  },
  {
    name: 'loopback, mapped',
    from: 'https://crm.example.com/catraca',
    to: 'https://[::ffff:127.0.0.1]/',
    want: ['24:10: the URL leads to this machine', '  if that is meant, add loopback to allow'],
  },
  {
    name: 'loopback by name',
    from: 'https://crm.example.com/catraca',
    to: 'https://localhost/',
    want: ['24:10: the URL leads to this machine', '  if that is meant, add loopback to allow'],
  },
  {
    name: 'missing secret',
    from: `    secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
`,
    to: '',
    want: ['23:5: "secret" is missing'],
  },
  {
    name: 'missing secret file',
    from: 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    to: `secret: \${file:./absent.secret}`,
    want: [
      '25:13: file config/absent.secret cannot be read: it does not exist',
      '  expected a file that Giro may read; paths start at the folder of this file',
    ],
  },
  {
    name: 'secret file that is a folder',
    from: 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    to: `secret: \${file:.}`,
    want: [
      '25:13: file config cannot be read: it is a folder',
      '  expected a file that Giro may read; paths start at the folder of this file',
    ],
  },
  {
    name: 'unset environment variable',
    from: 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    to: `secret: \${env:GIRO_ABSENT}`,
    want: [
      '25:13: environment variable GIRO_ABSENT is not set',
      `  set it where Giro is started, or keep the value in a file: \${file:PATH}`,
    ],
  },
  {
    name: 'unknown reference',
    from: 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    to: `secret: \${evn:GIRO_ABSENT}`,
    want: [`25:13: "\${evn:" is unknown; expected \${env:NAME} or \${file:PATH}`],
  },
  {
    name: 'secret of another form',
    from: 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    to: 'secret: 0123456789abcdef',
    want: ['25:13: the secret must begin with whsec_ or whsk_', '  giro secret new makes a right one'],
  },
  {
    name: 'secret that is no base64',
    from: 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    to: 'secret: whsec_%',
    want: ['25:13: what follows whsec_ in the secret is not base64', '  giro secret new makes a right one'],
  },
  {
    name: 'secret too short',
    from: 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    to: 'secret: whsec_bm90LXZhbGlkCg==',
    want: ['25:13: the secret has 10 bytes; expected 24 to 64', '  giro secret new makes a right one'],
  },
]);
