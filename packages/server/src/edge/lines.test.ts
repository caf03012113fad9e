import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFeedLine, parseRedeemed } from './lines.ts';
import { feedLine, grant, redeemed, target, type FeedLine } from './protocol.ts';
import { createTable } from './table.ts';

const odd = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.object({ maxDepth: 1 }),
);
const mostly = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });
const targetFields = {
  id: mostly(fc.string()),
  socketPath: mostly(fc.string()),
  headers: mostly(fc.dictionary(fc.string(), mostly(fc.string()), { maxKeys: 2 })),
  viaControl: mostly(fc.boolean()),
};
const aTarget = mostly(fc.oneof(fc.record(targetFields), fc.record(targetFields, { requiredKeys: ['id'] })));
const aGrant = fc.record({
  digest: mostly(fc.string()),
  targetId: mostly(fc.string()),
  expiresAt: mostly(fc.integer()),
});
const aLine = fc.record({
  type: fc.constantFrom('snapshot', 'target', 'target-gone', 'grant', 'grant-gone', 'tick', 'other'),
  targets: mostly(fc.array(mostly(aTarget), { maxLength: 2 })),
  grants: mostly(fc.array(mostly(aGrant), { maxLength: 2 })),
  target: mostly(aTarget),
  grant: mostly(aGrant),
  id: mostly(fc.string()),
  digest: mostly(fc.string()),
});

describe('lines of the feed', () => {
  it('are read as the schema says', () => {
    fc.assert(
      fc.property(fc.oneof(aLine, odd), (value) => {
        const text = JSON.stringify(value);
        const expected = feedLine.safeParse(JSON.parse(text));
        expect(parseFeedLine(text)).toEqual(expected.success ? expected.data : null);
      }),
      { numRuns: 3000 },
    );
    expect(parseFeedLine('{')).toBeNull();
  });

  it('cover every field of the schema', () => {
    expect(Object.keys(target.shape)).toEqual(['id', 'socketPath', 'headers', 'viaControl']);
    expect(Object.keys(grant.shape)).toEqual(['digest', 'targetId', 'expiresAt']);
    expect(feedLine.options).toHaveLength(6);
  });

  it('and the answer to a ticket too', () => {
    const answer = fc.record({
      secret: mostly(fc.string()),
      maxAgeSeconds: mostly(fc.double()),
      path: mostly(fc.string()),
    });
    fc.assert(
      fc.property(fc.oneof(answer, odd), (value) => {
        const text = JSON.stringify(value);
        const expected = redeemed.safeParse(JSON.parse(text));
        expect(parseRedeemed(text)).toEqual(expected.success ? expected.data : null);
      }),
    );
  });
});

describe('the table', () => {
  const target1 = { id: 'a', socketPath: '/a', headers: {}, viaControl: false };
  const grant1 = { digest: 'd', targetId: 'a', expiresAt: 1 };
  const snapshot: FeedLine = { type: 'snapshot', targets: [target1], grants: [grant1] };

  it('is empty and says so until a snapshot comes, which replaces all', () => {
    const table = createTable();
    expect(table.filled()).toBe(false);
    table.apply({ type: 'target', target: { ...target1, id: 'old' } });
    table.apply(snapshot);
    expect(table.filled()).toBe(true);
    expect(table.target('old')).toBeUndefined();
    expect([table.target('a'), table.grant('d')]).toEqual([target1, grant1]);
  });

  it('says when something was taken away', () => {
    const table = createTable();
    table.apply(snapshot);
    expect(table.apply({ type: 'tick' })).toBe(false);
    expect(table.apply({ type: 'grant', grant: { ...grant1, digest: 'e' } })).toBe(false);
    expect(table.apply({ type: 'grant-gone', digest: 'e' })).toBe(true);
    expect(table.apply({ type: 'grant-gone', digest: 'e' })).toBe(false);
    expect(table.apply({ type: 'target', target: target1 })).toBe(true);
    expect(table.apply({ type: 'target-gone', id: 'a' })).toBe(true);
    expect(table.grant('d')).toBeUndefined();
  });
});
