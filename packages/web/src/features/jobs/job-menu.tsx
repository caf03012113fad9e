import type { Job } from '@emberlab/contract';
import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconCopy, IconDots, IconDownload, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { downloadText } from '../../lib/download.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { isLive } from './run-state.ts';

/** What else can be done with a job: change, copy, export and delete it. */
export function JobMenu({ job }: { job: Job }) {
  const project = useProject();
  const [open, setOpen] = useState<'copy' | 'delete' | null>(null);
  const params = { project: project.name, id: job.id };
  const save = useMutation({
    mutationFn: () => api.call('jobs.export', { params }),
    onSuccess: (file) => downloadText(`${JSON.stringify(file, null, 2)}\n`, `${job.name}.job.json`),
  });
  const active = mayRun(project);
  const changes = active && job.mayChange;
  return (
    <>
      {changes && (
        <ButtonLink
          to="/projects/$project/jobs/$job/edit"
          params={{ project: project.name, job: String(job.id) }}
          leftSection={<IconPencil size={16} aria-hidden="true" />}
        >
          Edit
        </ButtonLink>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More about this job">
            <IconDots size={18} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {active && (
            <Menu.Item leftSection={<IconCopy size={16} aria-hidden="true" />} onClick={() => setOpen('copy')}>
              Copy
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconDownload size={16} aria-hidden="true" />} onClick={() => save.mutate()}>
            Export
          </Menu.Item>
          {changes && (
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={16} aria-hidden="true" />}
              onClick={() => setOpen('delete')}
            >
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ActionError error={save.error} title="It was not exported" />
      <Modal opened={open === 'copy'} onClose={() => setOpen(null)} title="Copy this job">
        <CopyForm job={job} onClose={() => setOpen(null)} />
      </Modal>
      <Modal opened={open === 'delete'} onClose={() => setOpen(null)} title="Delete this job?">
        <DeleteForm job={job} onClose={() => setOpen(null)} />
      </Modal>
    </>
  );
}

function CopyForm({ job, onClose }: { job: Job; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(`${job.name} (copy)`);
  const copy = useMutation({
    mutationFn: () => api.call('jobs.copy', { params: { project, id: job.id }, body: { name } }),
    onSuccess: async (made) => {
      applyEvent(client, project, { type: 'job', job: made });
      onClose();
      await navigate({ to: '/projects/$project/jobs/$job', params: { project, job: String(made.id) } });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        copy.mutate();
      }}
    >
      <Stack>
        <TextInput
          label="Name of the copy"
          description="It is yours. Its schedule and its runs stay with this one."
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ActionError error={copy.error} title="The job was not copied" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={copy.isPending}>
            Copy
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function DeleteForm({ job, onClose }: { job: Job; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => api.call('jobs.remove', { params: { project, id: job.id } }),
    onSuccess: async () => {
      onClose();
      await navigate({ to: '/projects/$project/jobs', params: { project } });
      applyEvent(client, project, { type: 'job-removed', id: job.id });
    },
  });
  const runs = job.lastRuns.some(({ state }) => isLive(state));
  return (
    <Stack>
      <Text size="sm" className="el-break">
        <b>{showHidden(job.name)}</b> is lost with its configuration, its schedule and its backfills, and jobs that
        start after it no longer do so.
        {runs && ' What runs of it now is stopped.'} The program stays, and so do its runs with their logs, until they
        are old.
      </Text>
      <ActionError error={remove.error} title="The job was not deleted" />
      <Group justify="flex-end" gap="xs">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="filled" color="red.8" loading={remove.isPending} onClick={() => remove.mutate()}>
          Delete
        </Button>
      </Group>
    </Stack>
  );
}
