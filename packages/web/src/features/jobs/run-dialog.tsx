import { isNotebook, type Job, type NotebookParameter } from '@emberlab/contract';
import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { inspectionQuery } from '../../lib/job-queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { useProject } from '../projects/project-context.ts';
import { fromLines, rowsFor, toLines } from './argument-lines.ts';
import { readParametersDraft, toParametersDraft } from './parameter-draft.ts';
import { ParametersField } from './parameters-field.tsx';
import { useGoToRun } from './use-go-to-run.ts';
import { useRunJob } from './use-run-job.ts';

/** Runs a job once with something else than it has. */
export function RunDialog({ job, opened, onClose }: { job: Job; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Run ${showHidden(job.name)}`} size="lg">
      {isNotebook(job.program) ? (
        <WithParameters job={job} onClose={onClose} />
      ) : (
        <WithArguments job={job} onClose={onClose} />
      )}
    </Modal>
  );
}

function WithArguments({ job, onClose }: { job: Job; onClose: () => void }) {
  const [lines, setLines] = useState(toLines(job.arguments));
  const run = useRunJob(job);
  const goTo = useGoToRun();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        run.mutate({ arguments: fromLines(lines) }, { onSuccess: goTo });
      }}
    >
      <Stack>
        <Textarea
          label="Arguments of this run"
          description="One a line, spaces included. The job itself stays as it is."
          data-autofocus
          rows={rowsFor(lines)}
          resize="vertical"
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={lines}
          onChange={(event) => setLines(event.currentTarget.value)}
        />
        <ActionError error={run.error} title="It was not run" />
        <Buttons pending={run.isPending} onClose={onClose} />
      </Stack>
    </form>
  );
}

function WithParameters({ job, onClose }: { job: Job; onClose: () => void }) {
  const { name: project } = useProject();
  const found = useQuery({ ...inspectionQuery(project, job.program), refetchOnWindowFocus: false, retry: false });
  if (found.isPending) return <RowsSkeleton rows={3} />;
  return <ParametersForm job={job} known={found.data?.parameters ?? []} onClose={onClose} />;
}

function ParametersForm({
  job,
  known,
  onClose,
}: {
  job: Job;
  known: readonly NotebookParameter[];
  onClose: () => void;
}) {
  const [draft, setDraft] = useState(() => toParametersDraft(known, job.parameters, true));
  const run = useRunJob(job);
  const goTo = useGoToRun();
  const { parameters, problems } = readParametersDraft(draft);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (parameters !== null) run.mutate({ parameters }, { onSuccess: goTo });
      }}
    >
      <Stack>
        <ParametersField draft={draft} known={known} problems={problems} onChange={setDraft} />
        <ActionError error={run.error} title="It was not run" />
        <Buttons pending={run.isPending} disabled={parameters === null} onClose={onClose} />
      </Stack>
    </form>
  );
}

const Buttons = ({
  pending,
  disabled = false,
  onClose,
}: {
  pending: boolean;
  disabled?: boolean;
  onClose: () => void;
}) => (
  <Group justify="flex-end" gap="xs">
    <Button onClick={onClose}>Cancel</Button>
    <Button type="submit" variant="filled" loading={pending} disabled={disabled}>
      Run
    </Button>
  </Group>
);
