import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { api } from '../../lib/api.ts';
import { safeNext } from '@emberlab/contract';
import { authQuery } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { AuthCard } from './auth-card.tsx';

const route = getRouteApi('/login');

/** Log in with e-mail and password; goes on to where one wanted to go. */
export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const auth = useQuery(authQuery);
  const form = useForm({ initialValues: { email: '', password: '' } });
  const logIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => api.call('auth.logIn', { body }),
    onSuccess: async (user) => {
      // What another user saw must not appear for a moment.
      client.clear();
      client.setQueryData(authQuery.queryKey, { setUpNeeded: false, user });
      await router.invalidate();
      router.history.replace(safeNext(next, window.location.origin));
    },
  });
  return (
    <AuthCard title="Log in">
      {auth.data?.setUpNeeded === true && (
        <Notice tone="info" title="Nobody has an account yet">
          Please open the set-up link that Emberlab printed when it started.
        </Notice>
      )}
      <form onSubmit={form.onSubmit((values) => logIn.mutate(values))}>
        <Stack gap="sm">
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            data-autofocus
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            {...form.getInputProps('password')}
          />
          <ActionError error={logIn.error} title="You are not logged in" />
          <Button type="submit" variant="filled" loading={logIn.isPending || logIn.isSuccess} mt={4}>
            Log in
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}
