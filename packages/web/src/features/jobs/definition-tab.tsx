import type { JobPolicy } from '@emberlab/contract';
import { DataList } from '@mantine/core';
import { formatDuration } from '../../lib/time.ts';
import { countOf } from '../../lib/units.ts';
import { Section } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { ConfigurationSection, Inputs, Item } from './definition.tsx';
import { useJob } from './job-context.ts';

/** What a job is: program, what it is given, configuration, rules of its runs. */
export function DefinitionTab() {
  const job = useJob();
  return (
    <>
      <Section title="Program">
        <Inputs program={job.program} args={job.arguments} parameters={job.parameters}>
          {job.program.toLowerCase().endsWith('.jar') && (
            <Item label="Main class">{job.mainClass ?? 'as its manifest says'}</Item>
          )}
        </Inputs>
      </Section>
      <Section title="Runs">
        <DataList orientation="horizontal" size="sm" labelWidth={170}>
          <Item label="Retries">{retriesText(job.policy)}</Item>
          <Item label="Time limit">
            {job.policy.timeLimitMinutes === null ? 'none' : formatDuration(job.policy.timeLimitMinutes * 60_000)}
          </Item>
          <Item label="Several at a time">
            {job.policy.concurrentRuns ? 'yes' : 'no: a run waits until the one before it has ended'}
          </Item>
          <Item label="Changed">
            <RelativeTime at={job.updatedAt} />
          </Item>
        </DataList>
      </Section>
      <ConfigurationSection configuration={job.configuration} own={job.mayChange} capacity />
    </>
  );
}

const retriesText = ({ retries, retryDelaySeconds }: JobPolicy): string =>
  retries === 0 ? 'none' : `${countOf(retries, 'time')}, after ${formatDuration(retryDelaySeconds * 1000)} each`;
