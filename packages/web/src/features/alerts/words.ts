import type { AlertDelivery, AlertEvent, AlertReceiver, DeliveryState } from '@emberlab/contract';
import type { Tone } from '../../ui/state-badge.tsx';

export const eventLabels: Readonly<Record<AlertDelivery['event'], string>> = {
  failed: 'Failed',
  succeeded: 'Succeeded',
  stopped: 'Stopped',
  slow: 'Slow',
  test: 'Test',
};

export const eventTexts: Readonly<Record<AlertEvent, string>> = {
  failed: 'A run ended without success, or was lost',
  succeeded: 'A run did what it should',
  stopped: 'Somebody stopped a run',
  slow: 'A run takes longer than this, and goes on',
};

export const deliveryLooks: Readonly<Record<DeliveryState, { tone: Tone; label: string }>> = {
  queued: { tone: 'wait', label: 'Waiting' },
  sending: { tone: 'busy', label: 'Being sent' },
  retrying: { tone: 'wait', label: 'Tried again' },
  delivered: { tone: 'ok', label: 'Delivered' },
  'given-up': { tone: 'bad', label: 'Given up' },
};

export const typeLabels: Readonly<Record<AlertReceiver['type'], string>> = { webhook: 'Webhook', email: 'E-mail' };
