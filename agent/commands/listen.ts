import { type Command, InvalidArgumentError } from 'commander';
import { parseSecret } from '../../config/sections/secret.ts';
import type { DescribeCommand } from './command.ts';
import { integerOption } from './options.ts';

interface ListenOptions {
  readonly port: number;
  readonly host: string;
  readonly secret?: string;
  readonly status: number;
  readonly delay: number;
  readonly json?: boolean;
}

export const describeListen: DescribeCommand = (program: Command) => {
  program
    .command('listen')
    .description('a reference receiver: verifies, tells repeated deliveries, prints each notification')
    .option(
      '--port <port>',
      'port to listen on; 0 takes a free one and prints it',
      integerOption(0, 65_535),
      8480,
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--secret <secret>',
      'the webhook’s whsec_ secret (default: GIRO_SECRET); without it nothing is verified',
      secretOption,
      process.env.GIRO_SECRET,
    )
    .option('--status <code>', 'status of the answers, to try failures', integerOption(200, 599), 200)
    .option('--delay <ms>', 'time before each answer, in ms', integerOption(0, 600_000), 0)
    .option(
      '--json',
      'prints one JSON object a line: {id, repeated, attempt, replay, sha256, format, attributes, body}; body is the data of a CloudEvent, attributes are its own; of format transparente they are the x-giro- headers',
    )
    .addHelpText('after', '\nExample:\n  giro listen --port 8480 --secret whsec_...')
    .action(listen);
};

async function listen(options: ListenOptions): Promise<void> {
  const { Receiver, notificationJson, notificationLine } = await import('./receiver.ts');
  const receiver = new Receiver({
    host: options.host,
    port: options.port,
    ...(options.secret === undefined ? {} : { secret: options.secret }),
    status: options.status,
    delayMs: options.delay,
    onReceived: (received) =>
      console.log(options.json ? notificationJson(received) : notificationLine(received)),
    onRefused: (why) => console.error(`refused: ${why}`),
  });
  const port = await receiver.listen();
  console.error(
    `listening on http://${options.host}:${port}/ (${options.secret === undefined ? 'signatures are not verified' : 'signatures are verified'}); Ctrl-C ends`,
  );
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await receiver.close();
}

function secretOption(text: string): string {
  const parsed = parseSecret(text);
  if ('problem' in parsed) throw new InvalidArgumentError(parsed.problem.en);
  if (parsed.key.kind !== 'hmac')
    throw new InvalidArgumentError('only whsec_ signatures can be verified here');
  return text;
}
