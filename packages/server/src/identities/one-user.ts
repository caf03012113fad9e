import { makePrivateFolder } from '../lib/files.ts';
import type { Identities, Identity } from './identities.ts';

const self: Identity = {
  lendFolder: makePrivateFolder,
  lendFile: async () => undefined,
  giveFolder: makePrivateFolder,
  command: (command) => ({ ...command, input: null }),
  numbers: { user: process.getuid?.() ?? 0, groups: [process.getgid?.() ?? 0] },
  getsSocket: false,
};

/** Everything runs as the user that we are; `missing` says why. */
export const oneUser = (missing: readonly string[] = []): Identities => ({
  isolation: { users: false, ownTmp: false, missing },
  of: async () => self,
  ofProject: async () => ({ lendFolder: makePrivateFolder, giveFolder: makePrivateFolder, prefix: async () => [] }),
  filesOf: async () => null,
});
