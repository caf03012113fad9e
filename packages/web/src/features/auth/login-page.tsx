import { safeNext } from '@emberlab/contract';
import { Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { api } from '../../lib/api.ts';
import { startOver } from '../../lib/auth-state.ts';
import { authQuery } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { LoginAnnouncements } from '../announcements/login-announcements.tsx';
import { AuthCard } from './auth-card.tsx';
import { lazily } from '../../ui/lazily.ts';

const route = getRouteApi('/login');
// With the sentences of all errors: few come here with one.
const LoginProblem = lazily(() => import('./login-problem.tsx'), 'LoginProblem');

/** Log in with e-mail and password, or through the provider; goes on to where one wanted to go. */
export function LoginPage() {
  const { next, problem } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const auth = useQuery(authQuery);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const logIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => api.call('auth.logIn', { body }),
    onSuccess: async (user) => {
      startOver(client, user);
      await router.invalidate();
      router.history.replace(safeNext(next, window.location.origin));
    },
  });
  const openId = auth.data?.openId ?? null;
  return (
    <AuthCard title="Log in">
      {auth.data?.setUpNeeded === true && (
        <Notice tone="info" title="Nobody has an account yet">
          Please open the set-up link that Emberlab printed when it started.
        </Notice>
      )}
      <LoginAnnouncements />
      {problem !== undefined && (
        <Suspense>
          <LoginProblem code={problem} />
        </Suspense>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          logIn.mutate({ email, password });
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            data-autofocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <ActionError error={logIn.error} title="You are not logged in" />
          <Button type="submit" variant="filled" loading={logIn.isPending || logIn.isSuccess} mt={4}>
            Log in
          </Button>
        </Stack>
      </form>
      {openId !== null && <OpenIdLogin label={openId.label} next={next} />}
    </AuthCard>
  );
}

/** The way through the login provider: the page is left at once. */
function OpenIdLogin({ label, next }: { label: string; next: string | undefined }) {
  const begin = useMutation({
    mutationFn: () => api.call('auth.openId', { body: { next } }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <Stack gap="sm">
      <Divider label="or" />
      <ActionError error={begin.error} title="You are not logged in" />
      <Button onClick={() => begin.mutate()} loading={begin.isPending || begin.isSuccess}>
        Log in with {label}
      </Button>
    </Stack>
  );
}
