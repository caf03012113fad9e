import type { AlertEvent, AlertRule } from '@emberlab/contract';
import { alertEvents } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';
import { newId } from '../../lib/ids.ts';

/** Whose rules: those of one job, or with `jobId` null of the project. */
export type RulesOf = { readonly projectId: string; readonly jobId: number | null };

/** What holds for a job: its own rules, and those of its project. */
export type RulesForJob = { readonly own: readonly AlertRule[]; readonly project: readonly AlertRule[] };

export type RuleStore = ReturnType<typeof createRuleStore>;

/** SQL of rules. */
export function createRuleStore(db: Kysely<Database>) {
  const select = () =>
    db
      .selectFrom('alert_rules')
      .leftJoin('alert_rule_receivers', 'alert_rule_receivers.rule_id', 'alert_rules.id')
      .select(['alert_rules.id', 'project_id', 'job_id', 'event', 'after_minutes', 'receiver_id'])
      .orderBy('receiver_id');
  type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;
  const ofProject = (projectId: string) => select().where('project_id', '=', projectId);

  /** Rules of one job, or of a project, in the order of events. */
  const toRules = (rows: readonly Row[]): AlertRule[] =>
    alertEvents.flatMap((event) => {
      const its = rows.filter((row) => row.event === event);
      const [first] = its;
      if (first === undefined) return [];
      const receivers = its.flatMap(({ receiver_id: id }) => (id === null ? [] : [id]));
      return [{ event, receivers, afterMinutes: first.after_minutes }];
    });

  return {
    /** In the order of events. */
    async of({ projectId, jobId }: RulesOf): Promise<AlertRule[]> {
      return toRules(
        await ofProject(projectId)
          .where('job_id', jobId === null ? 'is' : '=', jobId)
          .execute(),
      );
    },

    /** Those of a job and of its project, read together. */
    async forJob(projectId: string, jobId: number): Promise<RulesForJob> {
      const rows = await ofProject(projectId)
        .where((w) => w.or([w('job_id', '=', jobId), w('job_id', 'is', null)]))
        .execute();
      return {
        own: toRules(rows.filter((row) => row.job_id !== null)),
        project: toRules(rows.filter((row) => row.job_id === null)),
      };
    },

    /** What holds for the jobs of all projects about one event, read together; null: nobody is told of it. */
    async allFor(event: AlertEvent): Promise<((projectId: string, jobId: number) => RulesForJob) | null> {
      const rows = await select().where('event', '=', event).execute();
      if (rows.length === 0) return null;
      const keyOf = (projectId: string, jobId: number | null) => `${projectId} ${jobId ?? ''}`;
      const grouped = Map.groupBy(rows, (row) => keyOf(row.project_id, row.job_id));
      return (projectId, jobId) => ({
        own: toRules(grouped.get(keyOf(projectId, jobId)) ?? []),
        project: toRules(grouped.get(keyOf(projectId, null)) ?? []),
      });
    },

    /** Puts these in the place of all that there are. Answers receivers that the project doesn't have; nothing is changed then. */
    async set({ projectId, jobId }: RulesOf, rules: readonly AlertRule[]): Promise<string[]> {
      const named = [...new Set(rules.flatMap(({ receivers }) => receivers))];
      return inTransaction(
        db,
        async (tx) => {
          const known = new Set(
            (await tx.selectFrom('alert_receivers').select('id').where('project_id', '=', projectId).execute()).map(
              ({ id }) => id,
            ),
          );
          const unknown = named.filter((id) => !known.has(id));
          if (unknown.length > 0) return unknown;
          await tx
            .deleteFrom('alert_rules')
            .where('project_id', '=', projectId)
            .where('job_id', jobId === null ? 'is' : '=', jobId)
            .execute();
          for (const { event, receivers, afterMinutes } of rules) {
            const id = newId();
            await tx
              .insertInto('alert_rules')
              .values({ id, project_id: projectId, job_id: jobId, event, after_minutes: afterMinutes })
              .execute();
            const rows = [...new Set(receivers)].map((receiver) => ({ rule_id: id, receiver_id: receiver }));
            if (rows.length > 0) await tx.insertInto('alert_rule_receivers').values(rows).execute();
          }
          return [];
        },
        { turn: `alerts of ${projectId}` },
      );
    },

    /** Keeps the rules of a job that is about to go, for its runs whose end was not told yet. */
    async keep(jobId: number, rules: readonly AlertRule[]): Promise<void> {
      await db
        .insertInto('alert_kept_rules')
        .columns(['execution_id', 'job_id', 'rules_json'])
        .expression(
          db
            .selectFrom('executions')
            .select(({ ref, val }) => [
              ref('id').as('execution_id'),
              ref('job_id').$notNull().as('job_id'),
              val(JSON.stringify(rules)).as('rules_json'),
            ])
            .where('job_id', '=', jobId)
            .where('announced_at', 'is', null),
        )
        .onConflict((conflict) => conflict.column('execution_id').doNothing())
        .execute();
    },

    /** What was kept for a run; null: nothing, its job is there or went long ago. */
    async kept(executionId: number): Promise<{ readonly jobId: number; readonly rules: AlertRule[] } | null> {
      const row = await db
        .selectFrom('alert_kept_rules')
        .selectAll()
        .where('execution_id', '=', executionId)
        .executeTakeFirst();
      return row === undefined ? null : { jobId: row.job_id, rules: JSON.parse(row.rules_json) as AlertRule[] };
    },
  };
}
