import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Checks docs/conformance.md: every test that it names exists, and every statement has a test or says what it waits for. */
const root = join(import.meta.dirname, '..');
const rows = readFileSync(join(root, 'docs/conformance.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| [A-Z]\d+ \|/.test(line));
const problems: string[] = [];
let tests = 0;

for (const row of rows) {
  const [id = '', , shownBy = '', waitsFor = ''] = row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
  if (shownBy === '' && waitsFor === '') problems.push(`${id} has no test and does not say what it waits for.`);
  for (const reference of shownBy === '' ? [] : shownBy.split('<br>')) {
    const [, file, title] = /^`([^`]+)` › (.+)$/.exec(reference.trim()) ?? [];
    if (file === undefined || title === undefined) problems.push(`${id}: please write \`file\` › title of the test.`);
    else if (!existsSync(join(root, file))) problems.push(`${id}: there is no ${file}.`);
    else if (!readFileSync(join(root, file), 'utf8').includes(`'${title.replaceAll("'", "\\'")}'`))
      problems.push(`${id}: ${file} has no test "${title}".`);
    else tests += 1;
  }
}
if (rows.length === 0) problems.push('docs/conformance.md has no statements.');
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else process.stdout.write(`${rows.length} statements, ${tests} references to tests that exist.\n`);
