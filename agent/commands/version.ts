import type { Command } from 'commander';
import type { Language } from '../../drivers/base/language.ts';
import { version } from '../base/version.ts';
import type { DescribeCommand } from './command.ts';

export const describeVersion: DescribeCommand = (program: Command, language: Language) => {
  program
    .command('version')
    .description('prints the version, and what support needs to know of this installation')
    .option('--json', 'prints {giro, schema, node, sqlite, openssl, timeZones, platform, arch}')
    .addHelpText('after', '\nExample:\n  giro version --json')
    .action((options: { json?: boolean }) => print(options, language));
};

/** What support needs to know of the program and its parts. */
export async function versionFacts() {
  const [{ default: Sqlite }, { MIGRATIONS }] = await Promise.all([
    import('better-sqlite3'),
    import('../journal/migrations.ts'),
  ]);
  const db = new Sqlite(':memory:');
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get();
  db.close();
  const { platform, arch, versions } = process;
  return {
    giro: version,
    /** Of the journal. */
    schema: MIGRATIONS.length,
    ...{ node: versions.node, sqlite, openssl: versions.openssl, timeZones: versions.tz, platform, arch },
  };
}

async function print({ json }: { json?: boolean }, language: Language): Promise<void> {
  const found = await versionFacts();
  if (json) {
    console.log(JSON.stringify(found));
    return;
  }
  const [journal, zones] =
    language === 'en' ? ['journal schema', 'time zones'] : ['esquema do diário', 'fusos horários'];
  console.log(`giro ${version}
${journal} ${found.schema}, node ${found.node}, sqlite ${found.sqlite}, openssl ${found.openssl}, ${zones} ${found.timeZones}, ${found.platform}-${found.arch}`);
}
