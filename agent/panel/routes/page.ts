import type { HttpServer } from '../../http/server.ts';
import { type Asset, loadAssets } from '../assets.ts';

/** The page and what it is made of. A browser asks each time whether a file is still the same. */
export async function pageRoutes(server: HttpServer): Promise<void> {
  for (const asset of await loadAssets()) serve(server, asset);
}

function serve(server: HttpServer, { path, type, bytes, gzipped, etag }: Asset): void {
  server.get(path, { schema: { hide: true } }, (request, reply) => {
    reply.headers({ etag, 'cache-control': 'no-cache', vary: 'accept-encoding' }).type(type);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    return takesGzip ? reply.header('content-encoding', 'gzip').send(gzipped) : reply.send(bytes);
  });
}
