import { createHmac, randomBytes } from 'node:crypto';

/** as Standard Webhooks writes secrets */
const prefix = 'whsec_';

/** A secret for signatures of HMAC-SHA256: 256 random bits. */
export const newWebhookSecret = (): string => prefix + randomBytes(32).toString('base64');

/** What is sent with a body, so that its receiver can tell that it is from here, whole, new, and not one that it has had already. */
export function signedHeaders(
  message: { readonly id: string; readonly body: string },
  secrets: readonly string[],
  now: number,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(now / 1000));
  const sign = (secret: string) =>
    createHmac('sha256', Buffer.from(secret.slice(prefix.length), 'base64'))
      .update(`${message.id}.${timestamp}.${message.body}`)
      .digest('base64');
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${sign(secret)}`).join(' '),
  };
}
