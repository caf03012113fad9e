import type { Announcement, announcementBody, ShownAnnouncement } from '@emberlab/contract';
import type { z } from 'zod';
import { HttpError } from '../../http/errors.ts';
import { toInstant, toInstantOrNull, type Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { AnnouncementChange, AnnouncementRecord, AnnouncementStore } from './store.ts';

type Body = z.output<typeof announcementBody>;
export type AnnouncementService = ReturnType<typeof createAnnouncementService>;

/** More than anybody reads. */
const mostListed = 200;

const shown = ({ id, text, level, from, until }: AnnouncementRecord): ShownAnnouncement => ({
  id,
  text,
  level,
  from: toInstant(from),
  until: toInstantOrNull(until),
});

/** What administrators have to say to everybody. `changed`: others may be shown than before. */
export function createAnnouncementService(deps: {
  store: AnnouncementStore;
  clock: Clock;
  changed: () => Promise<void>;
}) {
  const { store, clock, changed } = deps;

  const find = async (id: string): Promise<AnnouncementRecord> => {
    const found = await store.find(id);
    if (found === null) throw new HttpError('not_found');
    return found;
  };

  const present = (record: AnnouncementRecord): Announcement => {
    const now = clock.now();
    const isOver = record.until !== null && record.until <= now;
    return {
      ...shown(record),
      atLogin: record.atLogin,
      state: isOver ? 'over' : record.from > now ? 'planned' : 'shown',
      author: record.author,
      changedAt: toInstant(record.changedAt),
    };
  };

  /** What a body says; `from`: where it names no beginning. Throws `bad_request` for an end that has been already. */
  const read = (body: Body, authorId: string, from: number): AnnouncementChange => {
    const now = clock.now();
    const until = body.until === null ? null : Date.parse(body.until);
    const begins = body.from === null ? from : Date.parse(body.from);
    if (until !== null && until <= Math.max(now, begins)) {
      const message = 'It would be over already. Please choose a later end.';
      throw new HttpError('bad_request', { message, details: [{ path: 'until', message }] });
    }
    return { ...body, from: begins, until, authorId, changedAt: now };
  };

  return {
    list: async (): Promise<Announcement[]> => (await store.list(mostListed)).map(present),

    async create(body: Body, authorId: string): Promise<Announcement> {
      const id = newId();
      await store.insert(id, read(body, authorId, clock.now()));
      await changed();
      return present(await find(id));
    },

    /** Throws `not_found`, and `bad_request` as `create` does. */
    async change(id: string, body: Body, authorId: string): Promise<Announcement> {
      const before = await find(id);
      await store.update(id, read(body, authorId, before.from));
      await changed();
      return present(await find(id));
    },

    /** Ends one now; one that is over stays as it is. Throws `not_found`. */
    async end(id: string): Promise<Announcement> {
      const before = await find(id);
      const now = clock.now();
      if (before.until === null || before.until > now) await store.end(id, now);
      await changed();
      return present(await find(id));
    },

    /** What is announced now, without what this user has put away; warnings can't be. */
    async current(userId: string): Promise<ShownAnnouncement[]> {
      const dismissed = await store.dismissedBy(userId);
      const all = await store.current(clock.now());
      return all.filter(({ id, level }) => level === 'warning' || !dismissed.has(id)).map(shown);
    },

    atLogin: async (): Promise<ShownAnnouncement[]> =>
      (await store.current(clock.now())).filter((one) => one.atLogin).map(shown),

    /** Puts one away for a user. Throws `not_found`, and `forbidden` for a warning. */
    async dismiss(id: string, userId: string): Promise<void> {
      const { level, from } = await find(id);
      // One that is planned is nobody's to know of.
      if (from > clock.now()) throw new HttpError('not_found');
      if (level === 'warning') throw new HttpError('forbidden', { message: 'A warning stays until it is over.' });
      await store.dismiss(id, userId);
    },
  };
}
