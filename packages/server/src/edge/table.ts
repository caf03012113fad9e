import type { FeedLine, Grant, Target } from './protocol.ts';

/** What may be asked of the table. */
export type TableView = {
  target(id: string): Target | undefined;
  grant(digest: string): Grant | undefined;
};

export type Table = TableView & {
  /** Takes in a line of the feed. Answers whether something was taken away or replaced, so that open connections have to be looked at. */
  apply(line: FeedLine): boolean;
  /** Whether a snapshot has come yet: before that, an absent target says nothing. */
  filled(): boolean;
};

/** Targets and grants, as control last said. */
export function createTable(): Table {
  let targets = new Map<string, Target>();
  let grants = new Map<string, Grant>();
  let filled = false;
  return {
    target: (id) => targets.get(id),
    grant: (digest) => grants.get(digest),
    filled: () => filled,
    apply(line) {
      switch (line.type) {
        case 'snapshot':
          targets = new Map(line.targets.map((target) => [target.id, target]));
          grants = new Map(line.grants.map((grant) => [grant.digest, grant]));
          filled = true;
          return true;
        case 'target': {
          const replaces = targets.has(line.target.id);
          targets.set(line.target.id, line.target);
          return replaces;
        }
        case 'target-gone':
          for (const grant of grants.values()) if (grant.targetId === line.id) grants.delete(grant.digest);
          return targets.delete(line.id);
        case 'grant': {
          const replaces = grants.has(line.grant.digest);
          grants.set(line.grant.digest, line.grant);
          return replaces;
        }
        case 'grant-gone':
          return grants.delete(line.digest);
        case 'tick':
      }
      return false;
    },
  };
}
