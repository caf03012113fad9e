import { plainText, type LogLine } from './log-lines.ts';

export const logLevels = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

const byName: Readonly<Record<string, LogLevel>> = {
  d: 'debug',
  trace: 'debug',
  debug: 'debug',
  i: 'info',
  info: 'info',
  w: 'warning',
  warn: 'warning',
  warning: 'warning',
  e: 'error',
  c: 'error',
  error: 'error',
  fatal: 'error',
  critical: 'error',
  severe: 'error',
};

/** Jupyter's and tornado's `[W 2026-11-25 …`, log4j's `26/11/25 17:00:00 WARN …`, and `WARNING: …` of Python, R and the JVM. */
const forms = [
  /^\[([DIWEC]) \d{4}-\d\d-\d\d /,
  /^(?:\d{2,4}[-/]\d\d[-/]\d\d[ T])?\d\d:\d\d:\d\d\S* \[?(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b/,
  /^(DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE)\b[: ]/,
];
/** What begins a report of an error that has no level of its own. */
const error = /^(Traceback \(most recent call last\)|Exception in thread |Error in |Caused by: )/;

/** The level that a line names; null for one that goes on with what the line before began. */
export function levelOf(line: LogLine): LogLevel | null {
  const text = plainText(line);
  for (const form of forms) {
    const name = form.exec(text)?.[1]?.toLowerCase();
    if (name !== undefined) return byName[name] ?? null;
  }
  return error.test(text) ? 'error' : null;
}

/** The lines of this level or a graver one, with those that go on with them; lines before the first level are of none. */
export function atLeast(lines: readonly LogLine[], least: LogLevel): LogLine[] {
  const rank = logLevels.indexOf(least);
  let shown = false;
  return lines.filter((line) => {
    const level = levelOf(line);
    if (level !== null) shown = logLevels.indexOf(level) >= rank;
    return shown;
  });
}
