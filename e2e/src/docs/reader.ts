import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../platform.ts';
import type { Block } from './commands.ts';

const root = join(import.meta.dirname, '../../..');

/** What a shell of the guide does beside what the pages say: it stops at the first command that fails, and `curl` fails where it was refused. */
const strict =
  'set -euo pipefail\ncurl() { command curl --silent --show-error --fail-with-body --max-time 30 "$@"; }\n';

/** Somebody who does what the guide says, in a folder of their own: each command in the shell in which the ones before ran. */
export class Reader {
  readonly home: string;
  private readonly platform: Platform;
  private blocks = 0;

  constructor(platform: Platform) {
    this.platform = platform;
    this.home = mkdtempSync(join(tmpdir(), 'emberlab-reader-'));
    // Where the pages have them: the command, and the data folder.
    symlinkSync(join(root, 'emberlab'), join(this.home, 'emberlab'));
    symlinkSync(platform.data, join(this.home, '.emberlab'));
  }

  /** What a variable of the shell was at the end. */
  variable(name: string): string {
    const line = new RegExp(`^declare -\\S+ ${name}="(.*)"$`, 'm').exec(
      readFileSync(join(this.home, 'variables'), 'utf8'),
    );
    return line?.[1] ?? '';
  }

  /** As `emberlab login` leaves it, whose page nobody opens here. */
  logIn(token: string, email: string): void {
    mkdirSync(join(this.home, '.config/emberlab'), { recursive: true });
    const file = join(this.home, '.config/emberlab/credentials.json');
    writeFileSync(file, JSON.stringify({ [this.platform.url]: { token, email, expiresAt: null } }), { mode: 0o600 });
  }

  remove(): void {
    rmSync(this.home, { recursive: true });
  }

  /** Runs blocks one after the other; answers what each has printed, up to one that failed, with what that said. */
  async run(blocks: readonly Block[]): Promise<{ printed: string[]; failed: string | null }> {
    const from = this.blocks;
    this.blocks += blocks.length;
    const output = (index: number) => join(this.home, `output-${from + index}`);
    const script = [
      strict,
      'if [ -e variables ]; then . ./variables 2>/dev/null || true; fi',
      ...blocks.map(({ commands }, index) => `{\n${this.here(commands)}} > ${output(index)}`),
      'declare -p TOKEN api livy 2>/dev/null > variables || true',
    ].join('\n');
    const env = {
      ...process.env,
      ...this.platform.env,
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, '.config'),
      PATH: `${this.home}:${process.env['PATH'] ?? ''}`,
    };
    const failed = await new Promise<string | null>((resolve) => {
      execFile('bash', ['-c', script], { cwd: this.home, env, timeout: 240_000 }, (error, _out, stderr) =>
        resolve(error === null ? null : stderr || error.message),
      );
    });
    const printed: string[] = [];
    for (const [index] of blocks.entries()) {
      try {
        printed.push(readFileSync(output(index), 'utf8'));
      } catch {
        break; // it was not reached
      }
    }
    return { printed, failed };
  }

  /** The addresses of the guide are those of this platform. */
  private here(commands: string): string {
    return commands
      .replaceAll('http://localhost:8080', this.platform.url)
      .replaceAll('https://emberlab.example.org', this.platform.url);
  }
}
