import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a package begins in the path of one of its files. */
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The licences of all packages that these files are of, for the package to carry along. */
export function licences(root: string, files: Iterable<string>): string {
  const folders = new Set<string>();
  for (const file of files) {
    const [, folder] = PACKAGE.exec(file) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders]
    .map((folder) => textOf(join(root, folder)))
    .sort()
    .join(`\n${'-'.repeat(78)}\n\n`);
}

function textOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = globSync('{licen[cs]e,LICEN[CS]E,License}{,.md,.txt,-MIT,.BSD}', { cwd: folder })
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n').concat('\n');
}
