import type { Project } from '@emberlab/contract';
import { Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { countOf } from '../../lib/units.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ActionError } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { useProject } from './project-context.ts';

/** For owners: puts a project aside, or removes it for good. */
export function EndSection() {
  const project = useProject();
  const [archiving, archive] = useDisclosure(false);
  const [deleting, remove] = useDisclosure(false);
  return (
    <Section title="Archive or delete">
      <Stack gap="md">
        {project.state === 'active' && (
          <Choice
            text="An archived project can be read, and nothing runs in it. It can be taken into use again at any time."
            button={<Button onClick={archive.open}>Archive project</Button>}
          />
        )}
        <Choice
          text="A deleted project is gone for good, with its files, Python environment, history and members."
          button={
            <Button onClick={remove.open} c="var(--mantine-color-error)">
              Delete project
            </Button>
          }
        />
      </Stack>
      <ArchiveDialog opened={archiving} onClose={archive.close} />
      <Modal opened={deleting} onClose={remove.close} title="Delete this project?" closeOnClickOutside={false}>
        <DeleteForm onClose={remove.close} />
      </Modal>
    </Section>
  );
}

function Choice({ text, button }: { text: string; button: ReactNode }) {
  return (
    <Group justify="space-between" gap="sm">
      <Text size="sm" flex="1 1 18rem">
        {text}
      </Text>
      {button}
    </Group>
  );
}

/** What runs in a project, as part of a sentence; null: nothing does. */
function runningIn({ running }: Project): string | null {
  const parts = [
    ...(running.servers > 0 ? [countOf(running.servers, 'Jupyter server')] : []),
    ...(running.sessions > 0 ? [countOf(running.sessions, 'Spark application')] : []),
  ];
  return parts.length === 0 ? null : parts.join(' and ');
}

function ArchiveDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const project = useProject();
  const client = useQueryClient();
  const archive = useMutation({
    mutationFn: (name: string) => api.call('projects.archive', { params: { project: name } }),
    onSuccess(answer) {
      client.setQueryData(keys.project(project.name), answer);
      void client.invalidateQueries({ queryKey: keys.projects });
      onClose();
    },
  });
  const running = runningIn(project);
  return (
    <ConfirmDialog
      asking={opened ? project.name : null}
      doing={archive}
      title="Archive this project?"
      action="Archive"
      failed="The project was not archived"
      dangerous={false}
      onClose={onClose}
    >
      <Text size="sm">
        {running === null
          ? 'Nothing runs in it now. Its members can go on reading it.'
          : `${running} will be ended, and what is not saved there is lost. Its members can go on reading the project.`}
      </Text>
    </ConfirmDialog>
  );
}

function DeleteForm({ onClose }: { onClose: () => void }) {
  const project = useProject();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const remove = useMutation({
    mutationFn: () => api.call('projects.delete', { params: { project: project.name }, body: { name } }),
    onSuccess(answer) {
      client.setQueryData(keys.project(project.name), answer);
      void client.invalidateQueries({ queryKey: keys.projects });
    },
  });
  const running = runningIn(project);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name === project.name) remove.mutate();
      }}
    >
      <Stack>
        <div>
          <Text size="sm">This removes for good:</Text>
          <List size="sm" mt={4}>
            {running !== null && <List.Item>{running}, which will be ended</List.Item>}
            <List.Item>all files in its folder</List.Item>
            <List.Item>its Python environment and settings</List.Item>
            <List.Item>the history and logs of its notebooks and Spark applications</List.Item>
            <List.Item>
              the membership of {project.members === 1 ? 'its one member' : `its ${project.members} members`}
            </List.Item>
          </List>
        </div>
        <TextInput
          label="Name of the project"
          description={`Please enter ${project.name}`}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ActionError error={remove.error} title="The project was not deleted" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="filled"
            color="red.8"
            disabled={name !== project.name}
            loading={remove.isPending}
          >
            Delete project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
