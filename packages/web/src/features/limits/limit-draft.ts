import { limitKinds, type LimitKind, type LimitOverrides, type LimitUse, type LimitValues } from '@emberlab/contract';

/** What fields say of each kind: `default` follows the platform's, `none` is no limit, `own` a number as people write it. */
export type LimitChoice = 'default' | 'none' | 'own';
export type LimitDraft = Readonly<Record<LimitKind, { readonly choice: LimitChoice; readonly number: string }>>;

const gb = 1024 ** 3;
const inGb = (kind: LimitKind): boolean => kind === 'memory' || kind === 'disk';

const toNumber = (kind: LimitKind, value: number | null): string => {
  if (value === null) return '';
  return String(inGb(kind) ? Math.round((value / gb) * 1000) / 1000 : value);
};

const draftOf = (of: (kind: LimitKind) => LimitDraft[LimitKind]): LimitDraft =>
  Object.fromEntries(limitKinds.map((kind) => [kind, of(kind)])) as LimitDraft;

export const draftOfDefaults = (values: LimitValues): LimitDraft =>
  draftOf((kind) => ({ choice: values[kind] === null ? 'none' : 'own', number: toNumber(kind, values[kind]) }));

export const draftOfUses = (uses: readonly LimitUse[]): LimitDraft =>
  draftOf((kind) => {
    const use = uses.find((one) => one.kind === kind);
    if (use === undefined || !use.own) return { choice: 'default', number: '' };
    return { choice: use.limit === null ? 'none' : 'own', number: toNumber(kind, use.limit) };
  });

/** What a number says, in the unit that is stored; NaN where it is none. */
function read(kind: LimitKind, number: string): number {
  const value = number.trim() === '' ? Number.NaN : Number(number);
  return inGb(kind) ? Math.round(value * gb) : value;
}

/** What the fields say, but for what follows the default. */
export const overridesOf = (draft: LimitDraft): LimitOverrides =>
  Object.fromEntries(
    limitKinds.flatMap((kind) => {
      const { choice, number } = draft[kind];
      if (choice === 'default') return [];
      return [[kind, choice === 'none' ? null : read(kind, number)]];
    }),
  );
