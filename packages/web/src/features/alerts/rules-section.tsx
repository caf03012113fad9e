import { alertEvents, type AlertReceiver, type AlertRule } from '@emberlab/contract';
import { Button, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { receiversQuery, rulesQuery } from './queries.ts';
import { EventHeading, RuleFields } from './rule-fields.tsx';
import { draftOfRules, minutesProblem, rulesOfDraft, type RuleDraft } from './rules-draft.ts';
import { RulesSummary } from './rules-summary.tsx';

/** Who is told what of all jobs of the project. */
export function RulesSection() {
  const project = useProject();
  const rules = useQuery(rulesQuery(project.name));
  const receivers = useQuery(receiversQuery(project.name));
  const items = receivers.data?.items ?? [];
  return (
    <Section title="Rules for all jobs">
      {rules.isPending || receivers.isPending ? (
        <Skeleton height={180} />
      ) : rules.data === undefined ? (
        <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />
      ) : receivers.data === undefined ? (
        <ErrorState error={receivers.error} onRetry={() => void receivers.refetch()} />
      ) : mayManage(project) ? (
        // What somebody else has saved meanwhile is shown anew.
        <RulesForm key={JSON.stringify(rules.data.rules)} rules={rules.data.rules} receivers={items} />
      ) : (
        <RulesSummary rules={rules.data.rules} receivers={items} />
      )}
    </Section>
  );
}

const tellsAnybody = ({ receivers }: RuleDraft): boolean => receivers.length > 0;

function RulesForm({ rules, receivers }: { rules: readonly AlertRule[]; receivers: readonly AlertReceiver[] }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOfRules(rules));
  const body = { rules: rulesOfDraft(draft, tellsAnybody) };
  const save = useMutation({
    mutationFn: () => api.call('alerts.setRules', { params: { project }, body }),
    onSuccess: (answer) => client.setQueryData(rulesQuery(project).queryKey, answer),
  });
  const isBad = tellsAnybody(draft.slow) && minutesProblem(draft.slow) !== null;
  const isSame = JSON.stringify(body.rules) === JSON.stringify(rulesOfDraft(draftOfRules(rules), tellsAnybody));
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        They hold for each job of the project that has none of its own for the event.
      </Text>
      {alertEvents.map((event) => (
        <SimpleGrid key={event} cols={{ base: 1, sm: 2 }} spacing="xs" verticalSpacing={4}>
          <EventHeading event={event} />
          <RuleFields
            event={event}
            rule={draft[event]}
            receivers={receivers}
            onChange={(rule) => {
              save.reset();
              setDraft({ ...draft, [event]: rule });
            }}
          />
        </SimpleGrid>
      ))}
      <ActionError error={save.error} title="The rules were not saved" />
      <div>
        <Button variant="filled" loading={save.isPending} disabled={isSame || isBad} onClick={() => save.mutate()}>
          Save rules
        </Button>
      </div>
    </Stack>
  );
}
