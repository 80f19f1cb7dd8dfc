import { readFileSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:https';
import { listen, type Receiver } from './receivers.ts';

/** A PEM text of `test/fixtures/tls`; every certificate there has the key `key`. */
export const fixture = (name: string): string => readFileSync(`test/fixtures/tls/${name}.pem`, 'utf8');

/** An HTTPS receiver with one of those certificates that answers 200; `headers` go with the answer. */
export function secure(
  certificate: string,
  options: ServerOptions = {},
  headers: Record<string, string> = {},
): Promise<Receiver> {
  const server = createServer(
    { cert: fixture(certificate), key: fixture('key'), ...options },
    (_request, response) => {
      response.writeHead(200, headers).end();
    },
  );
  server.on('tlsClientError', () => {}); // the client turns away: that is the test
  return listen(server);
}
