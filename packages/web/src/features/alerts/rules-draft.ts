import { alertEvents, type AlertEvent, type AlertRule } from '@emberlab/contract';

/** What the fields of one event say. `own` of a job: whether it has a rule of its own for it. */
export type RuleDraft = {
  readonly own: boolean;
  readonly receivers: readonly string[];
  readonly minutes: number | string;
};
export type RulesDraft = Readonly<Record<AlertEvent, RuleDraft>>;

const usualMinutes = 60;

const ruleOf = (rules: readonly AlertRule[], event: AlertEvent): AlertRule | undefined =>
  rules.find((rule) => rule.event === event);

/** Of a job's rules; where it has none, the project's stand in the fields, to begin with. */
export function draftOfRules(own: readonly AlertRule[], project: readonly AlertRule[] = []): RulesDraft {
  const draft = (event: AlertEvent): RuleDraft => {
    const rule = ruleOf(own, event);
    const shown = rule ?? ruleOf(project, event);
    return {
      own: rule !== undefined,
      receivers: shown?.receivers ?? [],
      minutes: shown?.afterMinutes ?? usualMinutes,
    };
  };
  return { failed: draft('failed'), succeeded: draft('succeeded'), stopped: draft('stopped'), slow: draft('slow') };
}

/** The rules that the fields say: those of events for which `isKept`. */
export const rulesOfDraft = (draft: RulesDraft, isKept: (rule: RuleDraft) => boolean): AlertRule[] =>
  alertEvents
    .filter((event) => isKept(draft[event]))
    .map((event) => ({
      event,
      receivers: [...draft[event].receivers],
      afterMinutes: event === 'slow' ? Number(draft[event].minutes) : null,
    }));

/** What is wrong with the minutes; null: nothing. */
export const minutesProblem = ({ minutes }: RuleDraft): string | null =>
  Number.isInteger(minutes) && Number(minutes) >= 1 && Number(minutes) <= 100_000
    ? null
    : 'Please enter a whole number of minutes, at least 1.';
