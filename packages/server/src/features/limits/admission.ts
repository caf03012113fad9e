import { HttpError } from '../../http/errors.ts';
import { createKeyedQueue } from '../../lib/lifecycle.ts';
import { countsOf, reachedBy, sumOf, type Taken } from './policy.ts';
import { limitReached } from './sentences.ts';
import type { LimitService } from './service.ts';

/** What a member is about to start. */
export type Ask = Taken;
/** Throws `limit_reached` where there is no room for it. */
export type Check = (ask: Ask) => Promise<void>;

/** The one place where things that run are let in. */
export type Admission = {
  /**
   * Runs tasks one after the other, whoever they are of. Each checks what it is about to make, makes its row, and returns: so the next one sees it, and
   * two at once never both get the last place.
   */
  inTurn<T>(task: (check: Check) => Promise<T>): Promise<T>;
  /** Whether there would be room. */
  hasRoom(ask: Ask): Promise<boolean>;
  /** Of things that give way, the oldest first: those for which there is no room beside what somebody has asked for. */
  surplus<T extends Taken>(yielding: readonly T[]): Promise<T[]>;
};

const sides = ['user', 'project'] as const;

export function createAdmission(deps: {
  limitsOf: LimitService['limitsOf'];
  allLimits: LimitService['allLimits'];
  /** all of it, or at least what is in the way of something of a member's in a project */
  taken: (besides?: { projectId: string; userId: string }) => Promise<readonly Taken[]>;
  mustHaveDisk: (whose: { projectId: string; userId: string }) => Promise<unknown>;
}): Admission {
  const queue = createKeyedQueue();

  const check: Check = async (ask) => {
    await deps.mustHaveDisk(ask);
    const limits = await deps.limitsOf(ask);
    // What somebody asks for is in front of what nobody has asked for.
    const all = (await deps.taken(ask)).filter(({ yields }) => ask.yields || !yields);
    const asked = countsOf(ask);
    for (const side of sides) {
      const used = sumOf(all.filter((one) => isOf(side, one, ask)));
      const kind = reachedBy(limits[side], used, asked);
      if (kind !== null) throw limitReached(side, kind, limits[side][kind] ?? 0, used, asked);
    }
  };

  return {
    inTurn: (task) => queue('all', () => task(check)),

    hasRoom: (ask) =>
      check(ask).then(
        () => true,
        (error: unknown) => {
          if (error instanceof HttpError && error.code === 'limit_reached') return false;
          throw error;
        },
      ),

    async surplus(yielding) {
      if (yielding.length === 0) return [];
      const limitsFor = await deps.allLimits();
      if (limitsFor === null) return [];
      const kept = (await deps.taken()).filter(({ yields }) => !yields);
      const fits = (one: Taken) => {
        const limits = limitsFor(one);
        return sides.every(
          (side) =>
            reachedBy(limits[side], sumOf(kept.filter((other) => isOf(side, other, one))), countsOf(one)) === null,
        );
      };
      return yielding.filter((one) => {
        if (!fits(one)) return true;
        kept.push(one);
        return false;
      });
    },
  };
}

const isOf = (
  side: 'user' | 'project',
  one: { readonly projectId: string; readonly userId: string },
  whose: { readonly projectId: string; readonly userId: string },
): boolean => (side === 'user' ? one.userId === whose.userId : one.projectId === whose.projectId);
