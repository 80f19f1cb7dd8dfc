import type { Command } from 'commander';
import type { Language } from '../../drivers/language.ts';
import { version } from '../version.ts';
import type { DescribeCommand } from './command-line.ts';

export const describeVersion: DescribeCommand = (program: Command, language: Language) => {
  program
    .command('version')
    .description('prints the version, and what support needs to know of this installation')
    .option('--json', 'prints {giro, schema, node, sqlite, openssl, timeZones, platform, arch}')
    .addHelpText('after', '\nExample:\n  giro version --json')
    .action((options: { json?: boolean }) => print(options, language));
};

async function print({ json }: { json?: boolean }, language: Language): Promise<void> {
  const [{ default: Sqlite }, { MIGRATIONS }] = await Promise.all([
    import('better-sqlite3'),
    import('../journal/migrations.ts'),
  ]);
  const db = new Sqlite(':memory:');
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get();
  db.close();
  const { platform, arch, versions } = process;
  const found = {
    giro: version,
    /** Of the journal. */
    schema: MIGRATIONS.length,
    ...{ node: versions.node, sqlite, openssl: versions.openssl, timeZones: versions.tz, platform, arch },
  };
  if (json) {
    console.log(JSON.stringify(found));
    return;
  }
  const [journal, zones] =
    language === 'en' ? ['journal schema', 'time zones'] : ['esquema do diário', 'fusos horários'];
  console.log(`giro ${version}
${journal} ${found.schema}, node ${versions.node}, sqlite ${sqlite}, openssl ${versions.openssl}, ${zones} ${versions.tz}, ${platform}-${arch}`);
}
