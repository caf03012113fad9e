import type { Command } from 'commander';
import { address, connect } from '../connection.ts';
import type { EnvContext } from '../env/context.ts';
import { checked } from '../usage.ts';
import { registerDeliveries } from './deliveries.ts';
import { registerReceivers } from './receivers.ts';
import { registerRules } from './rules.ts';

/** `emberlab alert …`: who is told what comes of jobs, through the API, with the token that `emberlab login` has kept. */
export function registerAlert(program: Command, ownOrigin: () => string): void {
  const alert = program
    .command('alert')
    .description('who is told what comes of jobs: by webhook or e-mail')
    .option('--at <address>', 'of Emberlab (default: as the settings say)', checked(address))
    .option('--json', 'answer as JSON, for programs', false);
  const options = () => alert.opts<{ at?: string; json: boolean }>();
  const context: EnvContext = {
    connect: async () => connect(options().at ?? ownOrigin()),
    json: () => options().json,
    show(answer, text) {
      process.stdout.write(`${options().json ? JSON.stringify(answer, null, 2) : text(answer)}\n`);
    },
  };
  registerReceivers(alert, context);
  registerRules(alert, context);
  registerDeliveries(alert, context);
}
