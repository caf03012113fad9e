import type { AlertDelivery, AlertReceiver } from '@emberlab/contract';
import type { Membership } from '../../http/router.ts';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import type { Delivery, Target } from './model.ts';
import type { ListedReceiver } from './receiver-store.ts';

/** Whoever knows the address of a webhook can often write there: owners alone see it whole. */
function targetText(target: Target, role: Membership['role']): string {
  if (target.type === 'email') return target.addresses.join(', ');
  return role === 'owner' && target.sealed !== null ? target.sealed.url : target.origin;
}

export const presentReceiver = (
  { id, name, target, last, createdAt }: ListedReceiver,
  role: Membership['role'],
): AlertReceiver => ({
  id,
  name,
  type: target.type,
  target: targetText(target, role),
  last: last === null ? null : { state: last.state, at: toInstant(last.at) },
  createdAt: toInstant(createdAt),
});

export const presentDelivery = (delivery: Delivery): AlertDelivery => ({
  id: delivery.id,
  event: delivery.event,
  state: delivery.state,
  receiver: delivery.receiver,
  job: delivery.job,
  execution: delivery.execution,
  attempts: delivery.attempts,
  createdAt: toInstant(delivery.createdAt),
  nextAt: delivery.state === 'queued' || delivery.state === 'retrying' ? toInstantOrNull(delivery.dueAt) : null,
  endedAt: toInstantOrNull(delivery.endedAt),
  code: delivery.code,
  answer: delivery.answer,
  problem: delivery.problem,
});
