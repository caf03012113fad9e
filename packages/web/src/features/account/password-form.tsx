import { ApiError, newPassword } from '@emberlab/contract';
import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';

/** Changes the caller's password. */
export function PasswordForm() {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { current: '', password: '' },
    validate: {
      current: (value) => (value === '' ? 'Please enter your present password.' : null),
      password: (value) => newPassword.safeParse(value).error?.issues[0]?.message ?? null,
    },
  });
  const change = useMutation({
    mutationFn: (body: typeof form.values) => api.call('me.setPassword', { body }),
    onSuccess: async () => {
      form.reset();
      notifications.show({ title: 'Your password is changed', message: 'You are logged out everywhere else.' });
      await client.invalidateQueries({ queryKey: keys.logins });
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      for (const { path, message } of error.details) form.setFieldError(path, message);
    },
    // What was typed is kept nowhere.
    gcTime: 0,
  });
  const told = change.error instanceof ApiError && change.error.details.length > 0;
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <Stack gap="sm" maw={400}>
        <PasswordInput label="Present password" autoComplete="current-password" {...form.getInputProps('current')} />
        <PasswordInput
          label="New password"
          description="At least 10 characters, and none that many people use. Everywhere else you are logged out; API tokens stay."
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        {!told && <ActionError error={change.error} title="Your password was not changed" />}
        <Group>
          <Button type="submit" loading={change.isPending}>
            Change password
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
