import { z } from 'zod';
import { email, instant, lineText, listOf, opaqueId } from '../schemas/primitives.ts';

/**
 * What can come to pass with a run of a job. `failed`: it ended without success, or was lost · `succeeded` · `stopped`: somebody or a limit stopped it ·
 * `slow`: it has been running for longer than the rule says, and goes on.
 */
export const alertEvents = ['failed', 'succeeded', 'stopped', 'slow'] as const;
export const alertEvent = z.enum(alertEvents);
export type AlertEvent = z.infer<typeof alertEvent>;

/** Where a webhook is. It may have a secret of the other side in it, as those of chat services have. */
export const webhookUrl = z
  .string()
  .trim()
  .max(2000, 'Please use at most 2000 characters.')
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !['http:', 'https:'].includes(url.protocol)) {
      context.addIssue('Please write an address that begins with https:// or http://.');
    } else if (url.username !== '' || url.password !== '') {
      context.addIssue('Please leave out user and password: what is sent is signed instead.');
    } else if (url.hash !== '') {
      context.addIssue('Please leave out what stands behind #.');
    } else {
      return url.href;
    }
    return z.NEVER;
  });

export const receiverName = lineText(80, 'Please enter a name.');
const receiverAddresses = z
  .array(email)
  .min(1, 'Please enter an e-mail address.')
  .max(20, 'Please enter at most 20 addresses.')
  .transform((all) => [...new Set(all)]);

export const receiverBody = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('webhook'), name: receiverName, url: webhookUrl }),
  z.strictObject({ type: z.literal('email'), name: receiverName, addresses: receiverAddresses }),
]);
export type ReceiverBody = z.infer<typeof receiverBody>;
export type ReceiverType = ReceiverBody['type'];

/**
 * `queued`: nothing was sent yet · `sending` · `retrying`: it did not get through, and is tried again at `nextAt` · `delivered` · `given-up`: it will not
 * be tried again by itself.
 */
export const deliveryStates = ['queued', 'sending', 'retrying', 'delivered', 'given-up'] as const;
export const deliveryState = z.enum(deliveryStates);
export type DeliveryState = z.infer<typeof deliveryState>;

export const alertReceiver = z.object({
  id: opaqueId,
  name: z.string(),
  type: z.enum(['webhook', 'email']),
  target: z.string().meta({
    description: 'the address of a webhook, for owners; its origin for others · the e-mail addresses, with commas',
  }),
  last: z
    .object({ state: deliveryState, at: instant })
    .nullable()
    .meta({ description: 'its newest delivery; null: there was none, or it is long ago' }),
  createdAt: instant,
});
export type AlertReceiver = z.infer<typeof alertReceiver>;

export const alertReceivers = listOf(alertReceiver).extend({
  emailAvailable: z.boolean().meta({ description: 'whether an administrator has set how e-mail is sent' }),
});
export type AlertReceivers = z.infer<typeof alertReceivers>;

export const receiverWithSecret = z.object({
  receiver: alertReceiver,
  secret: z
    .string()
    .nullable()
    .meta({ description: 'signs what is sent to a webhook; shown this once. null: of e-mail' }),
});
export type ReceiverWithSecret = z.infer<typeof receiverWithSecret>;

export const alertRule = z
  .object({
    event: alertEvent,
    receivers: z.array(opaqueId).max(50),
    afterMinutes: z
      .number('Please enter a whole number of minutes.')
      .int('Please enter a whole number of minutes.')
      .min(1, 'Please enter at least 1 minute.')
      .max(100_000, 'Please enter at most 100000 minutes.')
      .nullable()
      .default(null)
      .meta({ description: 'of slow, and only there: how long a run may take before it counts as slow' }),
  })
  .refine(({ event, afterMinutes }) => (event === 'slow') === (afterMinutes !== null), {
    path: ['afterMinutes'],
    message: 'A rule for slow runs needs a number of minutes, and no other rule has one.',
  });
export type AlertRule = z.infer<typeof alertRule>;

const rules = z
  .array(alertRule)
  .max(alertEvents.length)
  .refine((all) => new Set(all.map(({ event }) => event)).size === all.length, 'There is one rule for each event.');

export const alertRulesBody = z.object({
  rules: rules.meta({ description: 'one for each event at most; nobody is told of the others' }),
});
export const alertRules = z.object({ rules: z.array(alertRule) });
export type AlertRules = z.infer<typeof alertRules>;

export const jobAlertRulesBody = z.object({
  rules: rules.meta({
    description: "the job's own; each replaces the project's for its event, and one without receivers tells nobody",
  }),
});
export const jobAlertRules = z.object({
  rules: z.array(alertRule).meta({ description: "the job's own" }),
  project: z.array(alertRule).meta({ description: "the project's, which hold for the other events" }),
});
export type JobAlertRules = z.infer<typeof jobAlertRules>;

export const alertDelivery = z.object({
  id: opaqueId.meta({ description: 'what webhook-id and Message-ID are made of, in every attempt' }),
  event: z.enum([...alertEvents, 'test']),
  state: deliveryState,
  receiver: z.object({
    id: opaqueId.nullable().meta({ description: 'null: it was removed' }),
    name: z.string(),
    type: z.enum(['webhook', 'email']),
  }),
  job: z.object({ id: z.number().int(), name: z.string() }).nullable().meta({ description: 'null: of a test' }),
  execution: z.number().int().nullable(),
  attempts: z.number().int(),
  createdAt: instant,
  nextAt: instant.nullable(),
  endedAt: instant.nullable(),
  code: z.number().int().nullable().meta({ description: 'the status of the last answer, of HTTP or SMTP' }),
  answer: z.string().nullable().meta({ description: 'how that answer began: text of the receiver, not of Emberlab' }),
  problem: z.string().nullable().meta({ description: 'why the last attempt failed, in a sentence' }),
});
export type AlertDelivery = z.infer<typeof alertDelivery>;

export const deliveriesQuery = z.object({
  state: z.enum(['open', 'delivered', 'given-up']).optional().meta({ description: 'open: it may still be tried' }),
  receiver: opaqueId.optional(),
  job: z.coerce.number().int().min(1).optional(),
  cursor: opaqueId.optional().meta({ description: '`next` of the page before' }),
});
