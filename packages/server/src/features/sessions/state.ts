import type { SessionState } from '@emberlab/contract';
import { stateMachine } from '../../lib/state-machine.ts';

/**
 * What a session's row says. `starting`: a driver is to come up or does so · `idle`: it waits for statements · `busy`: one waits or runs ·
 * `shutting_down`: it is to end; why stands beside it · `dead`: there is no driver any more.
 */
export type StoredState = 'starting' | 'idle' | 'busy' | 'shutting_down' | 'dead';

/** `ready`: the driver is up · `submitted`: a statement came · `drained`: none is left · `stop`: somebody or something wants it to end · `ended`: its driver is gone. */
export type SessionEvent = 'ready' | 'submitted' | 'drained' | 'stop' | 'ended';

const sessionMachine = stateMachine<StoredState, SessionEvent>('session', {
  starting: { ready: 'idle', stop: 'shutting_down', ended: 'dead' },
  idle: { submitted: 'busy', stop: 'shutting_down', ended: 'dead' },
  busy: { submitted: 'busy', drained: 'idle', stop: 'shutting_down', ended: 'dead' },
  shutting_down: { stop: 'shutting_down', ended: 'dead' },
  dead: {},
});
export const { next } = sessionMachine;

/** Whether a driver exists or may exist. */
export const isLive = (state: StoredState): boolean => !sessionMachine.isFinal(state);

/** Whether statements may be given to it. */
export const takesStatements = (state: StoredState): boolean => state === 'idle' || state === 'busy';

/** What people and clients are told: a session whose agent is away for long is `recovering`, until it dials in again or its process is found gone. */
export function shown(state: StoredState, agentAbsentForLong: boolean): SessionState {
  return agentAbsentForLong && takesStatements(state) ? 'recovering' : state;
}

/**
 * Why a session is to end. `deleted`: its client asked for it · `stopped`: somebody pressed Stop · `expired`: its client fell silent · `idle`: nobody
 * used it for too long · `server`: its Jupyter server ended · `member`: its owner left the project or may only read it · `project`: that is archived or being
 * deleted · `admin`: an administrator stopped it · `failed`: the driver did not come up. Of drivers started ahead: `unused`: nobody took it for long · `stale`: it fits nothing any more · `room`: its memory is needed.
 */
export type StopReason =
  | 'deleted'
  | 'stopped'
  | 'expired'
  | 'idle'
  | 'server'
  | 'member'
  | 'project'
  | 'admin'
  | 'failed'
  | 'unused'
  | 'stale'
  | 'room';

/** Whether somebody or something wanted the end of a session that ends for this reason; null: it ended by itself. */
export const isOnPurpose = (reason: StopReason | null): boolean => reason !== null && reason !== 'failed';

/** Reasons after which clients find nothing any more; after the others they see the end for a while. */
export const vanishing = [
  'deleted',
  'expired',
  'idle',
  'server',
  'member',
  'project',
] as const satisfies readonly StopReason[];

/** `waiting`: after others · `running` · `cancelling`: told to end · `available`: it has an output · `cancelled`: it ended before it had one. */
export type StatementState = 'waiting' | 'running' | 'cancelling' | 'available' | 'cancelled';

/** `started`: it runs · `cancel`: its client wants it to end · `available`, `cancelled`: how it ended. */
export type StatementEvent = 'started' | 'cancel' | 'available' | 'cancelled';

const ends = { available: 'available', cancelled: 'cancelled' } as const;
const statementMachine = stateMachine<StatementState, StatementEvent>('statement', {
  // One that never ran has nothing to wait for: it is cancelled at once.
  waiting: { started: 'running', cancel: 'cancelled', ...ends },
  running: { started: 'running', cancel: 'cancelling', ...ends },
  cancelling: { started: 'cancelling', cancel: 'cancelling', ...ends },
  available: {},
  cancelled: {},
});
/** `isFinal`: it has ended; its output is never replaced. */
export const { next: nextStatement, isFinal } = statementMachine;
