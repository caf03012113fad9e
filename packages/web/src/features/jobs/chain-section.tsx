import type { Chain, Job } from '@emberlab/contract';
import { Button, Group, MultiSelect, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { chainQuery, jobsQuery } from '../../lib/job-queries.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Section } from '../../ui/page.tsx';
import { useProject } from '../projects/project-context.ts';

const typingMs = 250;

/** After which jobs a job starts, and which start after it. */
export function ChainSection({ job, changes }: { job: Job; changes: boolean }) {
  const { name: project } = useProject();
  const { data, error, refetch } = useQuery(chainQuery(project, job.id));
  return (
    <Section title="After other jobs">
      {data === undefined ? (
        error === null ? (
          <Skeleton height={80} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <Stack gap="sm">
          {changes ? (
            <ChainForm key={data.after.map(({ id }) => id).join()} job={job} chain={data} />
          ) : (
            data.after.length === 0 && (
              <Text size="sm" c="dimmed">
                It is not started by other jobs.
              </Text>
            )
          )}
          {data.after.length > 0 && (
            <Text size="sm" component="div">
              Starts when all have succeeded since it was last started so:{' '}
              {data.after.map(({ id, name, succeeded }, index) => (
                <span key={id}>
                  {index > 0 && ', '}
                  <JobLink id={id} name={name} /> {succeeded ? '(has succeeded)' : '(has not yet)'}
                </span>
              ))}
            </Text>
          )}
          {data.before.length > 0 && (
            <Text size="sm" component="div">
              After this one start:{' '}
              {data.before.map(({ id, name }, index) => (
                <span key={id}>
                  {index > 0 && ', '}
                  <JobLink id={id} name={name} />
                </span>
              ))}
            </Text>
          )}
        </Stack>
      )}
    </Section>
  );
}

function JobLink({ id, name }: { id: number; name: string }) {
  const { name: project } = useProject();
  return (
    <AnchorLink to="/projects/$project/jobs/$job" params={{ project, job: String(id) }} inherit className="el-break">
      {showHidden(name)}
    </AnchorLink>
  );
}

function ChainForm({ job, chain }: { job: Job; chain: Chain }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const saved = chain.after.map(({ id }) => String(id));
  const [chosen, setChosen] = useState(saved);
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, typingMs);
  const list = useInfiniteQuery({
    ...jobsQuery(project, { search: asked === '' ? undefined : asked }),
    placeholderData: keepPreviousData,
  });
  // What has been chosen keeps its name when the search no longer finds it.
  const [names, setNames] = useState<ReadonlyMap<string, string>>(
    new Map(chain.after.map(({ id, name }) => [String(id), name])),
  );
  const found = (list.data?.pages.flatMap(({ items }) => items) ?? []).filter(({ id }) => id !== job.id);
  const labels = new Map([...names, ...found.map(({ id, name }) => [String(id), name] as const)]);
  const save = useMutation({
    mutationFn: () =>
      api.call('chains.set', { params: { project, id: job.id }, body: { after: chosen.map((id) => Number(id)) } }),
    onSuccess: (answer) => client.setQueryData(keys.chain(project, job.id), answer),
  });
  const changed = saved.toSorted().join() !== chosen.toSorted().join();
  return (
    <Stack gap="xs" align="stretch">
      <MultiSelect
        label="Start it after"
        description={
          list.hasNextPage
            ? 'It starts when all of these jobs have succeeded. The list has the first ones: type a part of a name to find others.'
            : 'It starts when all of these jobs have succeeded.'
        }
        placeholder={chosen.length === 0 ? 'Choose jobs' : ''}
        maw={560}
        searchable
        nothingFoundMessage="No job has such a name"
        data={[...labels].map(([value, label]) => ({ value, label: showHidden(label) }))}
        searchValue={search}
        onSearchChange={setSearch}
        value={chosen}
        onChange={(value) => {
          save.reset();
          setNames(labels);
          setChosen(value);
        }}
      />
      <ActionError error={save.error} title="It was not saved" />
      {changed && (
        <Group gap="xs">
          <Button variant="filled" loading={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
          <Button onClick={() => setChosen(saved)}>Discard changes</Button>
        </Group>
      )}
    </Stack>
  );
}
