import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { whyUnreadable } from './files.ts';
import { type Problem, text } from './mistakes.ts';

const REFERENCE = /\$\{(\w+):([^}]*)\}/g;

interface ReferenceContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; `${file:PATH}` is relative to it. */
  readonly folder: string;
}

/** Puts in what `${env:NAME}` and `${file:PATH}` stand for; one newline at the end of a file is dropped. */
export function resolveReferences(
  value: string,
  context: ReferenceContext,
): { readonly value: string } | { readonly problem: Problem } {
  let problem: Problem | undefined;
  const resolved = value.replace(REFERENCE, (reference, source: string, name: string) => {
    const found = lookUp(source, name, context);
    if (typeof found === 'string') return found;
    problem ??= found;
    return reference;
  });
  return problem === undefined ? { value: resolved } : { problem };
}

const NO_VARIABLE = text(
  `set it where Giro is started, or keep the value in a file: \${file:PATH}`,
  `defina-a onde o Giro é iniciado, ou guarde o valor em um arquivo: \${file:CAMINHO}`,
);
const NO_FILE = text(
  'expected a file that Giro may read; paths start at the folder of this file',
  'o esperado é um arquivo que o Giro possa ler; caminhos partem da pasta deste arquivo',
);

function lookUp(source: string, name: string, { env, folder }: ReferenceContext): string | Problem {
  switch (source) {
    case 'env':
      return (
        env[name] ?? {
          message: text(
            `environment variable ${name} is not set`,
            `a variável de ambiente ${name} não está definida`,
          ),
          help: NO_VARIABLE,
        }
      );
    case 'file':
      return readReferenced(resolve(folder, name));
    default:
      return {
        message: text(
          `"\${${source}:" is unknown; expected \${env:NAME} or \${file:PATH}`,
          `"\${${source}:" não existe; o esperado é \${env:NOME} ou \${file:CAMINHO}`,
        ),
      };
  }
}

function readReferenced(path: string): string | Problem {
  try {
    // TextDecoder also drops the byte order mark that Windows editors write.
    return new TextDecoder().decode(readFileSync(path)).replace(/\r?\n$/, '');
  } catch (error) {
    const why = whyUnreadable(error);
    return {
      message: text(
        `file ${path} cannot be read: ${why.en}`,
        `não foi possível ler o arquivo ${path}: ${why['pt-BR']}`,
      ),
      help: NO_FILE,
    };
  }
}
