import { ApiError, jobExport, type JobExport } from '@emberlab/contract';
import { Button, FileButton, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useProject } from '../projects/project-context.ts';

/** More than any job has; of a larger file, no more needs to be read to say that it is none. */
const longest = 2_000_000;

type Chosen = { readonly name: string } & (
  | { readonly file: JobExport; readonly problems: null }
  | { readonly file: null; readonly problems: readonly string[] }
);

/** Reads a file that may be anything. */
function readJobFile(text: string): { file: JobExport; problems: null } | { file: null; problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { file: null, problems: ['It is no JSON.'] };
  }
  const read = jobExport.safeParse(json);
  if (read.success) return { file: read.data, problems: null };
  const formats = read.error.issues.some(({ path }) => path[0] === 'format');
  if (formats) return { file: null, problems: ['It is no exported job: those say "format": "emberlab-job".'] };
  return { file: null, problems: read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
}

/** Makes a job of an exported one. */
export function ImportButton() {
  const reset = useRef<() => void>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const read = async (file: File): Promise<void> => {
    setChosen({ name: file.name, ...readJobFile(await file.slice(0, longest).text()) });
    reset.current?.();
  };
  return (
    <>
      <FileButton
        resetRef={reset}
        accept=".json,application/json"
        inputProps={{ 'aria-label': 'File with an exported job' }}
        onChange={(file) => file !== null && void read(file)}
      >
        {(props) => (
          <Button {...props} size="compact-sm" leftSection={<IconFileImport size={14} aria-hidden="true" />}>
            Import a job
          </Button>
        )}
      </FileButton>
      <Modal opened={chosen !== null} onClose={() => setChosen(null)} title="Import a job">
        {chosen?.problems && (
          <Notice tone="bad" title={`${showHidden(chosen.name)} was not imported`}>
            <List size="sm">
              {chosen.problems.slice(0, 8).map((problem) => (
                <List.Item key={problem}>{showHidden(problem)}</List.Item>
              ))}
            </List>
          </Notice>
        )}
        {chosen?.file && <ImportForm file={chosen.file} onClose={() => setChosen(null)} />}
      </Modal>
    </>
  );
}

function ImportForm({ file, onClose }: { file: JobExport; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(file.job.name);
  const make = useMutation({
    mutationFn: () => api.call('jobs.import', { params: { project }, body: { file, name: name.trim() } }),
    onSuccess: async (job) => {
      applyEvent(client, project, { type: 'job', job });
      onClose();
      await navigate({ to: '/projects/$project/jobs/$job', params: { project, job: String(job.id) } });
    },
  });
  const atName =
    make.error instanceof ApiError ? make.error.details.find(({ path }) => path.endsWith('name'))?.message : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="How the job is called here"
          data-autofocus
          value={name}
          onChange={(event) => {
            make.reset();
            setName(event.currentTarget.value);
          }}
          error={atName}
        />
        <Text size="sm" c="dimmed" className="el-break">
          It runs {showHidden(file.job.program)}, which has to be in this project.
        </Text>
        <ActionError error={make.error} title="The job was not imported" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={make.isPending}>
            Import
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
