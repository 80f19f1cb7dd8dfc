import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { Command } from 'commander';
import { describedProgram } from '../../../agent/commands/command-line.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../../../agent/commands/completion-scripts.ts';
import { commandsOf } from '../../../agent/commands/completion-words.ts';
import { tableText, wrapped } from '../../../agent/commands/texts.ts';

function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)];
}

function textsOf(command: Command): string[] {
  return all(command).flatMap((each) => [
    each.description(),
    ...each.options.map(({ description }) => description),
    ...each.registeredArguments.map(({ description }) => description).filter((text) => text !== ''),
  ]);
}

/** What `--help` prints, notes and examples included. */
function helpOf(command: Command): string {
  const parts: string[] = [];
  command.configureOutput({ ...command.configureOutput(), writeOut: (text) => void parts.push(text) });
  command.outputHelp();
  return parts.join('');
}

test('the help of every command, at any depth, has an example that begins with it', () => {
  const commands = all(describedProgram('en')).filter(({ parent }) => parent !== null);
  assert.ok(commands.length > 25);
  for (const command of commands) {
    const names = [command.name(), ...command.aliases()].join('|');
    assert.match(
      helpOf(command),
      new RegExp(`Examples?:\\n(.*\\n)*? {2}giro (\\w+ )*(${names})\\b`),
      command.name(),
    );
  }
});

test('every command that does something can say it as JSON', () => {
  const doers = all(describedProgram('en')).filter(({ commands }) => commands.length === 0);
  const silent = doers.filter(({ options }) => !options.some(({ long }) => long === '--json'));
  assert.deepEqual(
    silent.map((command) => command.name()),
    [],
  );
});

test('every sentence of the help is there in Portuguese', () => {
  const english = textsOf(describedProgram('en'));
  const portuguese = textsOf(describedProgram('pt-BR'));
  assert.deepEqual(
    english.filter((text, index) => text === portuguese[index]),
    [],
  );
});

test('help in Portuguese by the locale, with its titles, notes and examples', () => {
  const { stdout } = spawnSync(process.execPath, ['agent/main.ts', 'watch', '--help'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'pt_BR.UTF-8', NO_COLOR: '1' },
  });
  for (const text of ['Uso: giro watch', 'Opções:', 'mostra a ajuda', 'Exemplos:', '== o que foi lido.']) {
    assert.ok(stdout.includes(text), `${text} in ${stdout}`);
  }
  assert.doesNotMatch(stdout, /Usage|Options|Examples|display help/);
});

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

function script(shell: keyof typeof SCRIPTS): string {
  return SCRIPTS[shell](commandsOf(describedProgram('en')));
}

test('completion works in a real bash: commands, aliases, options, values, files', () => {
  const complete = (...words: string[]): string[] => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const run = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _giro; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', `${script('bash')}\n${run}`], {
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    return stdout.split('\n').filter((line) => line !== '');
  };
  assert.deepEqual(complete('giro', 'wa'), ['watch']);
  assert.deepEqual(complete('giro', 'descob'), ['descobrir']);
  assert.deepEqual(complete('giro', 'secret', ''), ['new', 'show', 'rotate', '--help']);
  assert.deepEqual(complete('giro', 'secret', 'rotate', '--ke'), ['--keep']);
  assert.deepEqual(complete('giro', 'watch', 'catraca-1', '--cal'), ['--calibrate']);
  assert.deepEqual(complete('giro', 'simulate', 'henry', '--outcome', 'd'), ['denied']);
  assert.deepEqual(complete('giro', 'completion', ''), ['bash', 'zsh', 'fish', '--json', '--help']);
  assert.deepEqual(complete('giro', 'check', '--config', 'package.j'), ['package.json']);
  assert.deepEqual(complete('giro', 'replay', 'package-l'), ['package-lock.json']);
  assert.deepEqual(complete('giro', 'events', '--unit', ''), []);
});

for (const shell of ['zsh', 'fish'] as const) {
  test(`the script of ${shell} is one that it reads`, (t) => {
    const missing = spawnSync(shell, ['-c', 'true']).error !== undefined;
    if (missing) return t.skip(`SKIPPED: there is no ${shell} here, so nothing is proven`);
    const { status, stderr } = spawnSync(shell, ['-n'], { input: script(shell), encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
}

test('tables and sentences fit 80 columns, and nothing of them is lost', () => {
  const rows = [
    [
      '25/11/2026 18:03:11',
      'crm-da-academia #123456',
      'separado',
      'catraca-da-entrada',
      crypto.randomUUID(),
      '422',
      'x '.repeat(50).trim(),
    ],
    ['18:03', 'crm #1', 'na fila', 'catraca-1', crypto.randomUUID(), '', ''],
  ];
  const lines = tableText(rows).split('\n');
  assert.ok(
    lines.every((line) => line.length <= 80),
    lines.join('\n'),
  );
  const read = lines.join(' ').split(/\s+/);
  for (const word of rows.flat().flatMap((cell) => cell.split(' ')))
    assert.ok(word === '' || read.includes(word), word);
  assert.equal(
    tableText([
      ['a', 'b'],
      ['cc', 'd'],
    ]),
    'a   b\ncc  d',
  );
  assert.deepEqual(wrapped('one two', '  '), ['one two']);
  assert.ok(wrapped('word '.repeat(60), '    ').every((line) => line.length <= 80));
  assert.deepEqual(wrapped('x'.repeat(100)), ['x'.repeat(100)], 'an address is never cut');
});
