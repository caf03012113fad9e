import { changedProjectBody } from '@emberlab/contract';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { useProject } from './project-context.ts';

/** Changes what people call the project. */
export function LabelForm() {
  const { name: project, label } = useProject();
  const client = useQueryClient();
  const form = useForm({
    initialValues: { label },
    validate: (values) => fieldErrors(changedProjectBody, values),
  });
  const save = useMutation({
    mutationFn: (body: typeof form.values) => api.call('projects.change', { params: { project }, body }),
    onSuccess(answer) {
      client.setQueryData(keys.project(project), answer);
      void client.invalidateQueries({ queryKey: keys.projects });
      form.setInitialValues({ label: answer.label });
      form.setValues({ label: answer.label });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="sm" maw={480}>
        <Group align="flex-end" gap="xs" wrap="nowrap">
          <TextInput
            label="Label"
            description="What people see"
            flex={1}
            {...form.getInputProps('label')}
            error={null}
          />
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
        {form.errors['label'] !== undefined && (
          <div role="alert" style={{ color: 'var(--mantine-color-error)', fontSize: 'var(--mantine-font-size-sm)' }}>
            {form.errors['label']}
          </div>
        )}
        <ActionError error={save.error} title="The label was not changed" />
      </Stack>
    </form>
  );
}
