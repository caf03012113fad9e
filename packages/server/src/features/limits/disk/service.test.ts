import { expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { createDisk } from './service.ts';
import type { DiskStore } from './store.ts';

it('an upload that ends while another one looks for room does not leave it the room that it took itself', async () => {
  let bytes = 0;
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const looks = [Promise.resolve(), answered.promise];
  const store: Partial<DiskStore> = {
    async ofProject() {
      const row = { bytes, measuredAt: 0 };
      if (looks.length === 1) asked.resolve();
      await looks.shift();
      return row;
    },
    ofUser: async () => null,
    projectsOf: async () => [],
    async add(_project, more) {
      bytes += more;
    },
  };
  const disk = createDisk({
    clock: fakeClock(),
    limitsOf: async () => ({ user: null, project: 1000 }),
    worker: { soon: () => undefined, hasFailed: () => false },
    store: store as DiskStore,
  });
  const kept = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const upload = (keep: () => unknown) =>
    disk.upload({ projectId: 'project1', userId: 'user1' }, 600, async () => {
      await keep();
      return { size: 600 };
    });
  const first = upload(() => {
    begun.resolve();
    return kept.promise;
  });
  await begun.promise;
  const second = upload(() => undefined).catch((error: unknown) => (error as Error).message);
  // The row is read, the first one ends, and only then is the row there.
  await asked.promise;
  kept.resolve();
  await first;
  answered.resolve();
  expect(await second).toContain('600 B');
});
