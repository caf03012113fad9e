import {
  ApiError,
  configurationTypeOf,
  isNotebook,
  jobTypeLabels,
  jobTypes,
  type Inspection,
  type NewJobBody,
  type SparkPlace,
} from '@emberlab/contract';
import { Button, Group, List, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { inspectionQuery } from '../../lib/job-queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { ConfigurationEditor } from '../configurations/configuration-editor.tsx';
import { useCheckedDraft } from '../configurations/use-checked-draft.ts';
import { useProject } from '../projects/project-context.ts';
import { rowsFor } from './argument-lines.ts';
import { readJobDraft, withProgram, type JobDraft } from './job-draft.ts';
import { ParametersField } from './parameters-field.tsx';
import { PolicyFields } from './policy-fields.tsx';
import { ProgramField } from './program-field.tsx';

/** Which fields the server said something about, as it says it. */
function problemsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(error.details.map(({ path, message }) => [path.replace(/^body\./, ''), message]));
}

/** A job to edit. `found`: what is told of its program. */
export function JobForm({
  begin,
  found: foundFirst,
  place,
  verb,
  failed,
  save,
  cancel,
}: {
  begin: JobDraft;
  found: Inspection | null;
  place: SparkPlace;
  /** on the button */
  verb: string;
  /** what is said where the server refuses */
  failed: string;
  save: (body: Required<NewJobBody>) => Promise<unknown>;
  cancel: ReactNode;
}) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const [draft, setDraft] = useState(begin);
  const [found, setFound] = useState(foundFirst);
  /** whether somebody has tried to save: what is wrong is said then, and as it is typed from there on */
  const [tried, setTried] = useState(false);
  const checked = useCheckedDraft(project, draft.configuration, null);
  const read = readJobDraft(draft, checked.configuration);
  const saving = useMutation({ mutationFn: save });
  const pick = useMutation({
    mutationFn: (program: string) => client.fetchQuery({ ...inspectionQuery(project, program), staleTime: 0 }),
    onSuccess: (next) => {
      setFound(next);
      setDraft((now) => withProgram(now, next));
    },
  });
  const change = (next: Partial<JobDraft>): void => {
    if (saving.isError) saving.reset();
    setDraft((now) => ({ ...now, ...next }));
  };
  const errors = { ...problemsOf(saving.error), ...(tried ? read.errors : {}) };
  const notebook = isNotebook(draft.program);
  const types = found === null || found.types.length === 0 ? jobTypes : found.types;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (read.body !== null) saving.mutate(read.body);
      }}
    >
      <Stack gap="md">
        <Section title="What it runs">
          <Stack gap="md">
            <ProgramField program={draft.program} error={errors['program']} onPick={(path) => pick.mutate(path)} />
            <ActionError error={pick.error} title="The other file was not taken" />
            {found !== null && found.problems.length > 0 && (
              <Notice tone="warning" title="It can’t be run as it is">
                <List size="sm">
                  {found.problems.map((problem) => (
                    <List.Item key={problem}>{problem}</List.Item>
                  ))}
                </List>
              </Notice>
            )}
            <Group gap="md" align="flex-start">
              <TextInput
                label="Name"
                description="Unique in the project"
                flex="1 1 16rem"
                maw={420}
                value={draft.name}
                onChange={(event) => change({ name: event.currentTarget.value })}
                error={errors['name']}
              />
              <Select
                label="Type"
                description={types.length === 1 ? 'As the file says' : 'Python runs without Spark'}
                w={200}
                allowDeselect={false}
                data={jobTypes
                  .filter((type) => types.includes(type) || type === draft.type)
                  .map((value) => ({ value, label: jobTypeLabels[value] }))}
                value={draft.type}
                onChange={(value) => {
                  const type = jobTypes.find((one) => one === value) ?? draft.type;
                  change({ type, configuration: { ...draft.configuration, type: configurationTypeOf(type) } });
                }}
                error={errors['type'] ?? errors['configuration.type']}
              />
            </Group>
            {draft.program.toLowerCase().endsWith('.jar') && (
              <TextInput
                label="Main class"
                description={
                  found === null || found.mainClass === null
                    ? 'With its package, such as org.example.Main'
                    : `Empty: ${found.mainClass}, which the manifest names`
                }
                maw={420}
                autoComplete="off"
                spellCheck={false}
                value={draft.mainClass}
                onChange={(event) => change({ mainClass: event.currentTarget.value })}
                error={errors['mainClass']}
              />
            )}
            {notebook ? (
              <ParametersField
                draft={draft.parameters}
                known={found?.parameters ?? []}
                problems={{
                  ...(errors['parameters'] === undefined ? {} : { json: errors['parameters'] }),
                  ...read.parameterProblems,
                }}
                onChange={(parameters) => change({ parameters })}
              />
            ) : (
              <Textarea
                label="Arguments"
                description="One a line, spaces included. {logical_time}, {window_start} and {window_end} become the times of the run, {run_folder} its folder in Logs."
                rows={rowsFor(draft.arguments)}
                resize="vertical"
                spellCheck={false}
                autoComplete="off"
                styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
                value={draft.arguments}
                onChange={(event) => change({ arguments: event.currentTarget.value })}
                error={errors['arguments']}
              />
            )}
          </Stack>
        </Section>
        <Section title="Configuration">
          <ConfigurationEditor
            draft={draft.configuration}
            checked={checked}
            place={place}
            profiles={null}
            fileName={`${draft.name}-configuration.json`}
            of="job"
            onChange={(configuration) => change({ configuration })}
          />
        </Section>
        <Section title="Runs">
          <Stack gap="md">
            <PolicyFields draft={draft.policy} errors={errors} onChange={(policy) => change({ policy })} />
          </Stack>
        </Section>
        <ActionError error={saving.error} title={failed} />
        {tried && read.body === null && (
          <Notice tone="bad" title={failed}>
            Please look at what is marked above.
          </Notice>
        )}
        <Group gap="xs">
          <Button type="submit" variant="filled" loading={saving.isPending} disabled={pick.isPending}>
            {verb}
          </Button>
          {cancel}
        </Group>
      </Stack>
    </form>
  );
}
