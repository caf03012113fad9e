import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import type { Config } from '../config.ts';
import { makePrivateFolder } from '../lib/files.ts';

/** Headers and fields that never reach a log. */
const secrets = [
  'req.headers.authorization',
  'req.headers.cookie',
  'headers.authorization',
  'headers.cookie',
  'password',
  'token',
  'secret',
  '*.password',
  '*.token',
  '*.secret',
];

/** The process's own log: JSON lines, appended to `logs/{role}.log` in the data folder. */
export async function openLog(config: Config, role: 'control' | 'edge'): Promise<Logger> {
  await makePrivateFolder(config.paths.logs);
  const file = pino.destination({
    dest: join(config.paths.logs, `${role}.log`),
    append: true,
    mode: 0o600,
    sync: false,
  });
  return pino(
    { level: config.logLevel, base: { role, pid: process.pid }, redact: { paths: secrets, censor: '[secret]' } },
    file,
  );
}
