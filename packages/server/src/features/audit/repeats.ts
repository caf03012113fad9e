import type { AuditRecord } from '../../http/audit-trail.ts';
import type { Clock } from '../../lib/clock.ts';

const windowMs = 60_000;
/** Different ones that are told within a minute; what comes above is counted together. */
const maxKinds = 500;

/**
 * Bounds what others can make us write: of what was not done, and may come any number of times, the first is told at once; the same again within a minute
 * is counted, and told as one event when the minute is over.
 */
export function createRepeats(options: { clock: Clock; tell: (event: AuditRecord) => Promise<void> }) {
  const { clock, tell } = options;
  const seen = new Map<string, { event: AuditRecord; repeats: number }>();
  let others = 0;
  let cancel: (() => void) | null = null;

  const flush = async (): Promise<void> => {
    cancel?.();
    cancel = null;
    const repeated = [...seen.values()].filter(({ repeats }) => repeats > 0);
    const untold = others;
    seen.clear();
    others = 0;
    for (const { event, repeats } of repeated) await tell({ ...event, requestId: null, repeats });
    if (untold > 0) {
      await tell({ action: 'requests.untold', outcome: 'refused', user: null, via: 'nobody', repeats: untold });
    }
  };

  return {
    async note(event: AuditRecord): Promise<void> {
      const { user, tokenId, action, target, project, address, outcome, code } = event;
      const key = JSON.stringify([user?.id, tokenId, action, target, project?.id, address, outcome, code]);
      cancel ??= clock.after(windowMs, () => void flush());
      const known = seen.get(key);
      if (known !== undefined) known.repeats += 1 + (event.repeats ?? 0);
      else if (seen.size === maxKinds) others += 1;
      else {
        seen.set(key, { event, repeats: 0 });
        await tell(event);
      }
    },
    /** Tells what has been counted. */
    flush,
  };
}
