import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Checks docs/conformance.md: every test that it names exists, every statement has a test or says what it waits for, and each heading of the seed guide has its
 * page, with a heading of that name.
 */
const root = join(import.meta.dirname, '..');
const headings = [
  'Jupyter notebooks',
  'Configuration and start',
  'Recent notebooks',
  'Logs',
  'Auto-shutdown',
  'Debug Jupyter installation',
  'Jupyter + Spark',
  'PySpark notebooks',
  'Plotting with PySpark Kernel',
  'Want to Learn More?',
];
const text = readFileSync(join(root, 'docs/conformance.md'), 'utf8');
const rows = text.split('\n').filter((line) => /^\| [A-Z]\d+ \|/.test(line));
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
for (const heading of headings) {
  const line = text.split('\n').find((each) => each.startsWith(`| ${heading} |`));
  const [, title, page] = /\[([^\]]+)\]\(([^)#]+)/.exec(line ?? '') ?? [];
  if (title === undefined || page === undefined) problems.push(`The heading "${heading}" has no page.`);
  else if (
    !readFileSync(join(root, 'docs', page), 'utf8')
      .split('\n')
      .some((each) => each.replace(/^#+ /, '') === title)
  )
    problems.push(`docs/${page} has no heading "${title}".`);
}
if (rows.length === 0) problems.push('docs/conformance.md has no statements.');
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else
  process.stdout.write(
    `${rows.length} statements, ${tests} references to tests that exist, ${headings.length} headings with their pages.\n`,
  );
