import type { Command } from 'commander';
import { address, connect } from '../connection.ts';
import { checked } from '../usage.ts';
import { registerChanges } from './changes.ts';
import type { EnvContext } from './context.ts';
import { registerViews } from './views.ts';

/** `emberlab env …`: the Python libraries of a project, through the API, with the token that `emberlab login` has kept. */
export function registerEnv(program: Command, ownOrigin: () => string): void {
  const env = program
    .command('env')
    .description('the Python libraries of a project')
    .option('--at <address>', 'of Emberlab (default: as the settings say)', checked(address))
    .option('--json', 'answer as JSON, for programs', false);
  const options = () => env.opts<{ at?: string; json: boolean }>();
  const context: EnvContext = {
    connect: async () => connect(options().at ?? ownOrigin()),
    json: () => options().json,
    show(answer, text) {
      process.stdout.write(`${options().json ? JSON.stringify(answer, null, 2) : text(answer)}\n`);
    },
  };
  registerViews(env, context);
  registerChanges(env, context);
}
