import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file of the page, as it is served. */
export interface Asset {
  /** Path of its URL. */
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

const PAGE = new URL('./page/', import.meta.url);
const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

/** Packages that the page imports, by the name that it imports them by: as they come, without a build. */
const LIBRARIES: Readonly<Record<string, string>> = {
  'lib/preact.js': import.meta.resolve('preact'),
  'lib/htm.js': import.meta.resolve('htm'),
  'lib/uplot.js': import.meta.resolve('uplot/dist/uPlot.esm.js'),
  'lib/uplot.css': import.meta.resolve('uplot/dist/uPlot.min.css'),
};

const compress = promisify(gzip);

/** Everything that a browser loads of the page. */
export async function loadAssets(): Promise<readonly Asset[]> {
  const names = (await readdir(PAGE)).filter((name) => /\.(html|css|js|svg)$/.test(name));
  return Promise.all([
    ...names.map((name) => load(name === 'index.html' ? '/' : `/${name}`, name, new URL(name, PAGE))),
    ...Object.entries(LIBRARIES).map(([name, url]) => load(`/${name}`, name, new URL(url))),
  ]);
}

async function load(path: string, name: string, url: URL): Promise<Asset> {
  const text = await readFile(url, 'utf8');
  // A map would be asked for, and is not there.
  const bytes = Buffer.from(text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
  const ending = name.slice(name.lastIndexOf('.') + 1) as keyof typeof TYPES;
  return {
    path,
    type: TYPES[ending],
    bytes,
    gzipped: await compress(bytes, { level: 9 }),
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  };
}
