import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, relative } from 'node:path';
import { build, type OutputFile, type Plugin } from 'esbuild';

/** Parts of the program. */
const SOURCE = /[/\\](agent|drivers|config)[/\\].*\.(ts|mjs)$/;
/** A package whose files the program reads at run time, as the panel's page does. */
const READ_AT_RUN_TIME = /\b(?:require|import\.meta)\.resolve\('((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'\)/g;
/** Stands in the code for the way from a written file up to the root; no source says this. */
const UP = '@@GIRO_UP@@';
/** Packages in CommonJS call require for Node's own modules. */
const BANNER =
  "import { createRequire as giroRequire } from 'node:module'; const require = giroRequire(import.meta.url);";

export interface BundleOptions {
  /** The checkout. */
  readonly root: string;
  /** Program and threads, relative to the root. */
  readonly entries: readonly string[];
  /** Packages that stay outside, because they load native code. */
  readonly native: readonly string[];
}

export interface Bundle {
  readonly files: readonly Pick<OutputFile, 'path' | 'text'>[];
  /** What went in, relative to the root. */
  readonly inputs: readonly string[];
  /** Packages whose files have to lie in node_modules. */
  readonly packages: ReadonlySet<string>;
}

/**
 * Makes JavaScript of the program with its packages inside: ready in 450 ms, where a file a module takes 800 ms.
 * Entries keep their places under `outdir`, so that `new URL('./writer.js', import.meta.url)` finds its thread.
 */
export async function bundle({ root, entries, native }: BundleOptions, outdir: string): Promise<Bundle> {
  const packages = new Set(native);
  const result = await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outbase: root,
    outdir,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    chunkNames: 'chunks/[name]-[hash]',
    // Names and lines stay: a stack trace in a gym's log must say where it came from.
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    external: native.flatMap((name) => [name, `${name}/*`]),
    banner: { js: BANNER },
    plugins: [adaptSources(root, packages), keepNames(root)],
  });
  const files = result.outputFiles.map(({ path, text }) => ({
    path,
    text: text.replaceAll(UP, `${relative(dirname(path), outdir) || '.'}/`),
  }));
  return { files, inputs: Object.keys(result.metafile.inputs), packages };
}

function isOurs(path: string): boolean {
  return SOURCE.test(path) && !path.includes('node_modules');
}

function adaptSources(root: string, packages: Set<string>): Plugin {
  return {
    name: 'giro-sources',
    setup(build) {
      build.onLoad({ filter: SOURCE }, async ({ path }) => {
        if (!isOurs(path)) return null;
        const source = await readFile(path, 'utf8');
        for (const [, name = ''] of source.matchAll(READ_AT_RUN_TIME)) packages.add(name);
        const contents = keepPlace(source, relative(root, path))
          // The object `z` drags in zod's fifty languages: 100 ms of every start, 4 MB of memory.
          .replace(/^import \{ z \} from 'zod';/m, "import * as z from 'zod';");
        return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
      });
    },
  };
}

/** Code of one source may land in any file: what it says of its own place is made relative to the root. */
function keepPlace(source: string, path: string): string {
  const place = JSON.stringify(UP + path.replace(/ts$/, 'js'));
  const toPath = "process.getBuiltinModule('node:url').fileURLToPath";
  return source.replaceAll(/\bimport\.meta\.(url|dirname|filename)\b/g, (_, member) => {
    const url = `new URL(${place}, import.meta.url)`;
    if (member === 'url') return `${url}.href`;
    return member === 'filename' ? `${toPath}(${url})` : `${toPath}(new URL('.', ${url})).slice(0, -1)`;
  });
}

/**
 * What `await import('package')` gives has the names that Node gives it. A CommonJS package in a file of its own
 * would have a default export alone.
 */
function keepNames(root: string): Plugin {
  const namespace = 'giro-names';
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
        const isLazy = kind === 'dynamic-import' && isOurs(importer) && !isBuiltin(path);
        return isLazy ? { path, namespace } : null;
      });
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const names = Object.keys(await import(path)).filter((name) => /^[\w$]+$/.test(name));
        const named = names.filter((name) => !['default', '__esModule'].includes(name)).join(', ');
        const exports = [
          `export const { ${named} } = all;`,
          ...(names.includes('default') ? ['export default all.default;'] : []),
        ];
        return { contents: `import * as all from '${path}'; ${exports.join(' ')}`, resolveDir: root };
      });
    },
  };
}
