export { systemClock } from '../lib/clock.ts';
export { makeBackup } from './backup.ts';
export { checkBackup } from './check.ts';
export { examine } from './doctor.ts';
export { moveDatabase } from './move.ts';
export { restoreBackup } from './restore.ts';
