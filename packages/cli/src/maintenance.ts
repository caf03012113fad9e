import type { Config } from '@emberlab/server/admin';
import type { Command } from 'commander';

const marks = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' } as const;
const size = (bytes: number): string =>
  bytes < 1024 ** 2 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
const count = (many: number, one: string, more = `${one}s`): string => `${many} ${many === 1 ? one : more}`;

/** `emberlab backup`, `restore`, `db move` and `doctor`. Their code is read only when it is needed: it is much, and starting is most of a short command. */
export function registerMaintenance(program: Command, config: () => Config): void {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const server = () => import('@emberlab/server/maintenance');

  program
    .command('backup')
    .description('write database, files, key and settings into a new folder, also while Emberlab runs, and check it')
    .argument('<folder>', 'a folder that is not there yet')
    .action(async (target: string) => {
      const { makeBackup, systemClock } = await server();
      const { folder, manifest, changed } = await makeBackup(config(), target, systemClock);
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      say(
        `${folder} is a whole backup: ${count(manifest.rows.projects, 'project')}, ${count(manifest.rows.users, 'user')}, ${size(bytes)}.`,
      );
      if (changed) say('Some files changed while they were read; each is there as it was at some moment of that.');
      say('It holds all secrets of this installation: please keep it where nobody else can read it.');
    });

  program
    .command('restore')
    .description('bring a backup back into an empty data folder')
    .argument('<folder>', 'the backup')
    .option('--check', 'only look whether the backup is whole', false)
    .action(async (source: string, { check }: { check: boolean }) => {
      const { checkBackup, restoreBackup, systemClock } = await server();
      if (check) {
        const { manifest, entries } = await checkBackup(source);
        say(
          `The backup of ${manifest.createdAt} is whole: ${count(manifest.files.length, 'file')}, with ${count(entries, 'entry', 'entries')} of projects.`,
        );
        return;
      }
      const { dataDir } = config();
      const { manifest } = await restoreBackup(config(), source, systemClock);
      say(`${dataDir} is as it was on ${manifest.createdAt}. Please start Emberlab with ./start.`);
      say(
        'Everybody has to log in again, and Python environments are built anew. API tokens that were revoked after the backup are good again: please look through them.',
      );
    });

  program
    .command('db')
    .description('the database')
    .command('move')
    .description('bring all that is in the data folder’s SQLite file into the empty database of the settings')
    .option('--from <file>', 'another file: one of SQLite, or a copy in lines of JSON (.jsonl)')
    .action(async ({ from = null }: { from?: string | null }) => {
      const { moveDatabase, systemClock } = await server();
      const { source, rows, tables } = await moveDatabase(config(), from, systemClock);
      say(
        `${count(rows, 'row')} of ${count(tables, 'table')} are in the database now. Please start Emberlab with ./start.`,
      );
      say(`${source} is as it was. Please keep it until you have seen that all is well, and remove it then.`);
    });

  program
    .command('doctor')
    .description('look at the machine, the settings and the data, and say what to do; changes nothing')
    .action(async () => {
      const { examine, systemClock } = await server();
      let problems = 0;
      let warnings = 0;
      for await (const { about, state, text, todo } of examine(config(), systemClock)) {
        if (state === 'problem') problems += 1;
        if (state === 'warning') warnings += 1;
        say(`${marks[state]}  ${about}: ${text}${todo === undefined || todo === '' ? '' : `\n         ${todo}`}`);
      }
      say(
        problems > 0
          ? `${count(problems, 'problem')} and ${count(warnings, 'warning')}.`
          : warnings > 0
            ? `No problem, ${count(warnings, 'warning')}.`
            : 'All is well.',
      );
      if (problems > 0) process.exitCode = 1;
    });
}
