import { newProjectBody } from '@emberlab/contract';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { proposeName } from '../../lib/project-name.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';

/** Makes a project and goes there. The name follows the label until it is written by hand. */
export function NewProjectForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [nameByHand, setNameByHand] = useState(false);
  const form = useForm({
    initialValues: { label: '', name: '' },
    validate: (values) => fieldErrors(newProjectBody.required(), values),
  });
  const create = useMutation({
    mutationFn: (body: typeof form.values) => api.call('projects.create', { body }),
    onSuccess: async (project) => {
      client.setQueryData(keys.project(project.name), project);
      void client.invalidateQueries({ queryKey: keys.projects });
      onClose();
      await navigate({ to: '/projects/$project/jupyter', params: { project: project.name } });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Label"
          description="What people see"
          data-autofocus
          {...form.getInputProps('label')}
          onChange={(event) => {
            const label = event.currentTarget.value;
            form.setFieldValue('label', label);
            if (!nameByHand) form.setFieldValue('name', proposeName(label));
          }}
        />
        <TextInput
          label="Name"
          description="Part of addresses and folder names: lower-case letters, digits and hyphens"
          {...form.getInputProps('name')}
          onChange={(event) => {
            setNameByHand(event.currentTarget.value !== '');
            form.setFieldValue('name', event.currentTarget.value);
          }}
        />
        <ActionError error={create.error} title="The project was not made" />
        <Group justify="flex-end" gap="xs" mt="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={create.isPending}>
            Create project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
