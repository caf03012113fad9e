import { gitAddress, gitRef } from '@emberlab/contract';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { z } from 'zod';
import { fieldErrors } from '../../lib/form-errors.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { useChange } from './use-change.ts';

const fields = z.object({ url: gitAddress, ref: z.union([z.literal(''), gitRef]) });

/** The library in a Git repository, built here. */
export function InstallFromGit({ onAsked }: { onAsked: () => void }) {
  const change = useChange(onAsked);
  const form = useForm({
    initialValues: { url: '', ref: '' },
    validate: (values) => fieldErrors(values.ref.trim() === '' ? fields.omit({ ref: true }) : fields, values),
    onValuesChange: () => change.reset(),
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ url, ref }) =>
        change.mutate({ kind: 'install-git', url, ...(ref.trim() === '' ? {} : { ref }) }),
      )}
    >
      <Stack gap="sm">
        <TextInput
          label="Address"
          description="Of a repository that can be read without a password"
          placeholder="https://git.example.org/team/library.git"
          data-autofocus
          {...form.getInputProps('url')}
        />
        <TextInput
          label="Branch, tag or commit"
          description="Without it, what the repository calls its main branch"
          placeholder="v1.2.0"
          {...form.getInputProps('ref')}
        />
        <ActionError error={change.error} title="Nothing was installed" />
        <Group justify="flex-end">
          <Button type="submit" variant="filled" loading={change.isPending}>
            Install
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
