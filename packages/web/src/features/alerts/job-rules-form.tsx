import { alertEvents, type AlertReceiver, type JobAlertRules } from '@emberlab/contract';
import { Button, SegmentedControl, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { jobRulesQuery, receiversQuery } from './queries.ts';
import { EventHeading, RuleFields } from './rule-fields.tsx';
import { draftOfRules, minutesProblem, rulesOfDraft, type RuleDraft } from './rules-draft.ts';
import { namesOf, RulesSummary } from './rules-summary.tsx';
import { eventLabels } from './words.ts';

/** Who is told what of one job: as of all jobs of the project, or by rules of its own. */
export function JobRules({ job }: { job: number }) {
  const project = useProject();
  const rules = useQuery(jobRulesQuery(project.name, job));
  const receivers = useQuery(receiversQuery(project.name));
  if (rules.isPending || receivers.isPending) return <Skeleton height={220} />;
  if (rules.data === undefined) return <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />;
  if (receivers.data === undefined) {
    return <ErrorState error={receivers.error} onRetry={() => void receivers.refetch()} />;
  }
  const { items } = receivers.data;
  if (!mayRun(project)) {
    const { rules: own, project: inherited } = rules.data;
    const others = inherited.filter(({ event }) => !own.some((rule) => rule.event === event));
    return <RulesSummary rules={[...own, ...others]} receivers={items} />;
  }
  // What somebody else has saved meanwhile is shown anew.
  return <JobRulesForm key={JSON.stringify(rules.data)} job={job} rules={rules.data} receivers={items} />;
}

const whose = [
  { value: 'project', label: 'As all jobs' },
  { value: 'own', label: 'Own rule' },
];
const isOwn = ({ own }: RuleDraft): boolean => own;

function JobRulesForm({
  job,
  rules,
  receivers,
}: {
  job: number;
  rules: JobAlertRules;
  receivers: readonly AlertReceiver[];
}) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOfRules(rules.rules, rules.project));
  const body = { rules: rulesOfDraft(draft, isOwn) };
  const save = useMutation({
    mutationFn: () => api.call('alerts.setJobRules', { params: { project, id: job }, body }),
    onSuccess: (answer) => client.setQueryData(jobRulesQuery(project, job).queryKey, answer),
  });
  const isBad = draft.slow.own && minutesProblem(draft.slow) !== null;
  const before = rulesOfDraft(draftOfRules(rules.rules, rules.project), isOwn);
  return (
    <Stack gap="md">
      {alertEvents.map((event) => {
        const change = (rule: RuleDraft): void => {
          save.reset();
          setDraft({ ...draft, [event]: rule });
        };
        return (
          <SimpleGrid key={event} cols={{ base: 1, sm: 2 }} spacing="xs" verticalSpacing={4}>
            <EventHeading event={event} />
            <Stack gap={6}>
              <SegmentedControl
                size="xs"
                aria-label={`${eventLabels[event]}: whose rule`}
                data={whose}
                value={draft[event].own ? 'own' : 'project'}
                onChange={(value) => change({ ...draft[event], own: value === 'own' })}
              />
              {draft[event].own ? (
                <RuleFields event={event} rule={draft[event]} receivers={receivers} onChange={change} />
              ) : (
                <Text size="sm" c="dimmed" className="el-break">
                  {`Told: ${namesOf(
                    rules.project.find((rule) => rule.event === event),
                    receivers,
                  )}`}
                </Text>
              )}
            </Stack>
          </SimpleGrid>
        );
      })}
      <ActionError error={save.error} title="The rules were not saved" />
      <div>
        <Button
          loading={save.isPending}
          disabled={isBad || JSON.stringify(body.rules) === JSON.stringify(before)}
          onClick={() => save.mutate()}
        >
          Save rules
        </Button>
      </div>
    </Stack>
  );
}
