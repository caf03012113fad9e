import { Text } from '@mantine/core';
import { formatExact } from '../../lib/time.ts';
import { Section } from '../../ui/page.tsx';
import { ConfigurationSection, Inputs, Item } from './definition.tsx';
import { useRun } from './job-context.ts';

/** What a run was made of: that of its job when it was asked for, which stays whatever becomes of the job. */
export function RunDefinitionTab() {
  const run = useRun();
  return (
    <>
      <Section title="Program">
        <Inputs program={run.program} args={run.arguments} parameters={run.parameters}>
          <Item label="Environment">
            {run.revision === null ? 'that of the project when it begins' : `revision ${run.revision}`}
          </Item>
          {run.windowStart !== null && run.windowEnd !== null && (
            <Item label="Window">
              {formatExact(Date.parse(run.windowStart))} to {formatExact(Date.parse(run.windowEnd))}
            </Item>
          )}
        </Inputs>
      </Section>
      <ConfigurationSection configuration={run.configuration} own={run.mayStop} />
      <Text size="xs" c="dimmed">
        As the job had it when the run was asked for. Changes to the job are for later runs.
      </Text>
    </>
  );
}
