import { text } from '../../../config/check/mistakes.ts';
import project from '../../../package.json' with { type: 'json' };
import { version } from '../../base/version.ts';
import type { Finding } from './finding.ts';

/** Whether this is a runtime that Giro is tested on (`engines` of the package). */
export function checkRuntime(node = process.versions.node): readonly Finding[] {
  const found = `Giro ${version}, Node.js ${node}, ${process.platform}-${process.arch}`;
  if (isWithin(node)) return [{ check: 'runtime', state: 'ok', cause: text(found, found) }];
  return [
    {
      check: 'runtime',
      state: 'warn',
      cause: text(
        `${found}: Giro is made for ${project.engines.node}`,
        `${found}: o Giro é feito para ${project.engines.node}`,
      ),
      action: text(
        'start it with npm start, which brings its own runtime, or install the package of Giro',
        'inicie com npm start, que traz o próprio Node, ou instale o pacote do Giro',
      ),
    },
  ];
}

/** `>=24.15 <25`. */
function isWithin(node: string): boolean {
  const [, major = 0, minor = 0] = /^>=(\d+)\.(\d+) /.exec(project.engines.node) ?? [];
  const [nodeMajor = 0, nodeMinor = 0] = node.split('.').map(Number);
  return nodeMajor === Number(major) && nodeMinor >= Number(minor);
}
