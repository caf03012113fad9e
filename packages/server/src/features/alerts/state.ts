import type { DeliveryState } from '@emberlab/contract';
import { stateMachine } from '../../lib/state-machine.ts';

/**
 * `take`: an attempt begins; of one that is being sent: whoever was at it is gone, and it may have been sent · `succeed` · `retry`: it did not get through, and
 * there will be another attempt · `giveUp`: there won't · `resend`: somebody wants it sent once more.
 */
export type DeliveryChange = 'take' | 'succeed' | 'retry' | 'giveUp' | 'resend';

export const { next, statesFor } = stateMachine<DeliveryState, DeliveryChange>('delivery', {
  queued: { take: 'sending', giveUp: 'given-up' },
  sending: { take: 'sending', succeed: 'delivered', retry: 'retrying', giveUp: 'given-up' },
  retrying: { take: 'sending', giveUp: 'given-up' },
  delivered: { resend: 'queued' },
  'given-up': { resend: 'queued' },
});
