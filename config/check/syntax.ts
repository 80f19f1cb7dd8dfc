import { type Document, isScalar, visit, type YAMLError } from 'yaml';
import { type Problem, text } from './mistakes.ts';

/** A problem at an offset of the text. */
export interface Found extends Problem {
  readonly offset: number;
}

interface Explained extends Found {
  readonly isIndent?: true;
  readonly isUnclosedQuote?: true;
}

const ALIGN = text(
  'keys of one group begin in the same column, and a list item begins with "- "',
  'as chaves de um mesmo grupo começam na mesma coluna, e um item de lista começa com "- "',
);
const QUOTE = text('put the whole value in single quotes', 'coloque o valor inteiro entre aspas simples');

/** What the YAML parser found wrong, in the words of someone who edits the file. */
export function syntaxProblems(document: Document.Parsed, yaml: string): Found[] {
  const all = [...document.errors, ...document.warnings];
  const found = all
    .filter(({ code, pos }) => code !== 'MULTILINE_IMPLICIT_KEY' || !isNested(all, pos[0]))
    .map((error) => explain(error, all, document, yaml))
    .sort((a, b) => a.offset - b.offset);
  const unclosedAt = found.findIndex(({ isUnclosedQuote }) => isUnclosedQuote);
  return (unclosedAt < 0 ? found : found.slice(0, unclosedAt + 1))
    .filter((problem, index) => !follows(problem, found[index - 1], yaml))
    .map(({ offset, message, help }) => ({ offset, message, help }));
}

/** A wrong line makes the parser stumble over the next one as well, which may be right. */
function follows({ offset, isIndent }: Explained, before: Explained | undefined, yaml: string): boolean {
  if (before === undefined) return false;
  const lines = yaml.slice(before.offset, offset).split('\n').length - 1;
  return lines === 0 || (lines === 1 && isIndent === true);
}

function isNested(all: readonly YAMLError[], offset: number): boolean {
  return all.some(({ code, pos }) => code === 'BLOCK_AS_IMPLICIT_KEY' && pos[0] === offset);
}

function explain(
  { code, message, pos: [offset] }: YAMLError,
  all: readonly YAMLError[],
  document: Document.Parsed,
  yaml: string,
): Explained {
  switch (code) {
    case 'TAB_AS_INDENT':
      return tab(yaml.indexOf('\t', offset));
    case 'BLOCK_AS_IMPLICIT_KEY':
      return nested(offset, all, yaml);
    case 'BAD_INDENT':
      return /end with a/.test(message) ? unclosed(offset, message, yaml) : badIndent(offset, yaml);
    case 'MULTILINE_IMPLICIT_KEY':
      return withoutColon(offset);
    case 'MISSING_CHAR':
      return missing(offset, message, document, yaml);
    case 'BAD_SCALAR_START':
      return {
        offset,
        message: text(
          `a value can't begin with ${yaml[offset]}`,
          `um valor não pode começar com ${yaml[offset]}`,
        ),
        help: QUOTE,
      };
    case 'BAD_DQ_ESCAPE':
      return {
        offset,
        message: text(
          `${yaml.slice(offset, offset + 2)} means nothing inside double quotes`,
          `${yaml.slice(offset, offset + 2)} não significa nada entre aspas duplas`,
        ),
        help: text('use single quotes', 'use aspas simples'),
      };
    case 'TAG_RESOLVE_FAILED':
      return { offset, message: text('tags (!...) are not supported', 'tags (!...) não são aceitas') };
    case 'MULTIPLE_DOCS':
      return {
        offset,
        message: text('a second document begins here (---)', 'um segundo documento começa aqui (---)'),
        help: text('one file holds one configuration', 'um arquivo contém uma só configuração'),
      };
    case 'UNEXPECTED_TOKEN':
      return { offset, message: text('this is not expected here', 'isto não é esperado aqui'), help: QUOTE };
    case 'RESOURCE_EXHAUSTION':
      return { offset, message: text('too many levels of nesting', 'níveis demais de aninhamento') };
    default:
      return {
        offset,
        message: text(`this is not valid YAML (${message})`, `isto não é YAML válido (${message})`),
      };
  }
}

/** `a: b: c`, a list in the wrong column, or a line after `a: b` that is indented as if it belonged to `b`. */
function nested(offset: number, all: readonly YAMLError[], yaml: string): Explained {
  const isOverIndented = all.some(({ code, pos }) => code === 'MULTILINE_IMPLICIT_KEY' && pos[0] === offset);
  if (isOverIndented) return badIndent(yaml.indexOf('\n', offset) + 1, yaml);
  if (yaml[offset] === '-' || yaml[offset] === ' ') return badIndent(offset, yaml);
  return {
    offset,
    message: text('there is a second ": " in this line', 'há um segundo ": " nesta linha'),
    help: QUOTE,
  };
}

function missing(offset: number, message: string, document: Document.Parsed, yaml: string): Explained {
  if (/closing/.test(message)) {
    return {
      offset: openingQuote(document, offset),
      message: text('the quote that opens here is never closed', 'a aspa que abre aqui nunca é fechada'),
      isUnclosedQuote: true,
    };
  }
  if (/end with a/.test(message)) return unclosed(offset, message, yaml);
  if (/^Implicit/.test(message)) return withoutColon(offset);
  if (/^Sequence item/.test(message)) return badIndent(offset, yaml);
  if (/^Comments/.test(message)) {
    return { offset, message: text('a space is missing before "#"', 'falta um espaço antes de "#"') };
  }
  return {
    offset,
    message: text('a comma or a space is missing here', 'falta uma vírgula ou um espaço aqui'),
  };
}

/** Of the first line with text at or after `offset`. */
function badIndent(offset: number, yaml: string): Explained {
  const at = textOffset(yaml, offset);
  const lineStart = yaml.lastIndexOf('\n', at - 1) + 1;
  const tabAt = yaml.slice(lineStart, at).indexOf('\t');
  if (tabAt >= 0) return tab(lineStart + tabAt);
  return {
    offset: at,
    message: text('the indentation is wrong here', 'a indentação está errada aqui'),
    help: ALIGN,
    isIndent: true,
  };
}

function tab(offset: number): Explained {
  return {
    offset,
    message: text('a tab is used as indentation', 'a indentação usa uma tabulação'),
    help: text('use spaces', 'use espaços'),
  };
}

function withoutColon(offset: number): Explained {
  return {
    offset,
    message: text('":" and a space are missing after the key', 'falta ":" e um espaço depois da chave'),
    help: text('write it as key: value', 'escreva no formato chave: valor'),
  };
}

function unclosed(offset: number, message: string, yaml: string): Explained {
  const bracket = message.at(-1);
  return {
    offset: textOffset(yaml, offset),
    message: text(`a ${bracket} is missing before here`, `falta ${bracket} antes daqui`),
  };
}

/** The first character at or after an offset that is not blank; the offset itself when the text ends before. */
function textOffset(yaml: string, offset: number): number {
  const blanks = yaml.slice(offset).search(/\S/);
  return blanks < 0 ? offset : offset + blanks;
}

function openingQuote(document: Document.Parsed, end: number): number {
  let opening = end;
  visit(document, (_key, node) => {
    if (isScalar(node) && node.range && node.range[0] < end && node.range[1] >= end) opening = node.range[0];
  });
  return opening;
}
