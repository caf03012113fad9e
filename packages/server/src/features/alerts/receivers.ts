import type { AlertReceiver, AlertReceivers, ReceiverBody, ReceiverWithSecret } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { Membership } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { sentence } from './answer.ts';
import type { Receiver, Target } from './model.ts';
import { presentReceiver } from './present.ts';
import type { ListedReceiver, ReceiverStore } from './receiver-store.ts';
import { newWebhookSecret } from './signature.ts';
import type { Targets } from './targets.ts';

/** A project has so many at most: each event may go to all of them. */
const mostReceivers = 50;
/** For so long what is sent is signed with a secret that was replaced as well, ms. */
const formerSecretMs = 24 * 3_600_000;

type Webhook = Extract<Target, { type: 'webhook' }>;

export type ReceiverService = ReturnType<typeof createReceiverService>;

/** Where alerts of a project can go. */
export function createReceiverService(deps: {
  store: ReceiverStore;
  targets: Targets;
  emailAvailable: boolean;
  clock: Clock;
  changed: (projectId: string) => void;
}) {
  const { store, targets, clock, changed } = deps;

  async function find(projectId: string, id: string): Promise<ListedReceiver> {
    const found = await store.find(projectId, id);
    if (found === null) throw new HttpError('not_found');
    return found;
  }

  /** Throws `bad_request` for an address that nothing would be sent to. */
  function checkUrl(text: string): URL {
    const url = new URL(text);
    const problem = targets.problemOf(url);
    if (problem === null) return url;
    const message = sentence(problem);
    throw new HttpError('bad_request', { message, details: [{ path: 'url', message }] });
  }

  const nameTaken = () => {
    const message = 'The project has a receiver with this name already. Please choose another.';
    return new HttpError('name_taken', { message, details: [{ path: 'name', message }] });
  };

  const asOwner = (receiver: ListedReceiver): AlertReceiver => presentReceiver(receiver, 'owner');

  return {
    find,

    async list({ project, role }: Membership): Promise<AlertReceivers> {
      const items = (await store.list(project.id)).map((each) => presentReceiver(each, role));
      return { items, next: null, emailAvailable: deps.emailAvailable };
    },

    /** Throws `bad_request`, `name_taken`, `limit_reached`. */
    async add(projectId: string, body: ReceiverBody): Promise<ReceiverWithSecret> {
      const secret = body.type === 'webhook' ? newWebhookSecret() : null;
      const target: Target =
        body.type === 'email'
          ? { type: 'email', addresses: body.addresses }
          : {
              type: 'webhook',
              origin: checkUrl(body.url).origin,
              sealed: { url: body.url, secrets: { current: secret ?? '', former: null } },
            };
      const receiver: Receiver = { id: newId(), projectId, name: body.name, target, createdAt: clock.now() };
      const added = await store.insert(receiver, mostReceivers);
      if (added === 'taken') throw nameTaken();
      if (added === 'full') {
        const message = `A project may have ${mostReceivers} receivers. Please remove one that is not needed.`;
        throw new HttpError('limit_reached', { message });
      }
      changed(projectId);
      return { receiver: asOwner({ ...receiver, last: null }), secret };
    },

    /** Throws `not_found`, `bad_request`, `name_taken`. */
    async change(projectId: string, id: string, body: ReceiverBody): Promise<AlertReceiver> {
      const before = await find(projectId, id);
      if (body.type !== before.target.type) {
        const message = 'A receiver stays of its type. Please add another one.';
        throw new HttpError('bad_request', { message, details: [{ path: 'type', message }] });
      }
      const target: Target =
        body.type === 'email'
          ? { type: 'email', addresses: body.addresses }
          : movedTo(before.target as Webhook, body.url);
      if (!(await store.update({ ...before, name: body.name, target }))) throw nameTaken();
      changed(projectId);
      return asOwner(await find(projectId, id));
    },

    /** Throws `not_found`. */
    async remove(projectId: string, id: string): Promise<void> {
      await find(projectId, id);
      await store.remove(id, 'Its receiver was removed.', clock.now());
      changed(projectId);
    },

    /** Throws `not_found`, and `bad_request` for what has no secret. */
    async newSecret(projectId: string, id: string): Promise<ReceiverWithSecret> {
      const before = await find(projectId, id);
      if (before.target.type !== 'webhook') {
        throw new HttpError('bad_request', { message: 'E-mail is not signed, so there is no secret.' });
      }
      if (before.target.sealed === null) {
        const message = 'Its address can’t be read any more. Please change it first.';
        throw new HttpError('bad_request', { message });
      }
      const { url, secrets } = before.target.sealed;
      const current = newWebhookSecret();
      const former = { secret: secrets.current, until: clock.now() + formerSecretMs };
      await store.update({ ...before, target: { ...before.target, sealed: { url, secrets: { current, former } } } });
      return { receiver: asOwner(await find(projectId, id)), secret: current };
    },
  };

  /** A webhook at another address, with its secret; one that can't be read any more gets a new one, which has to be asked for. */
  function movedTo({ sealed }: Webhook, address: string): Webhook {
    const secrets = sealed?.secrets ?? { current: newWebhookSecret(), former: null };
    return { type: 'webhook', origin: checkUrl(address).origin, sealed: { url: address, secrets } };
  }
}
