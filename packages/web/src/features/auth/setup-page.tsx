import { setUpBody } from '@emberlab/contract';
import { Button, PasswordInput, Skeleton, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { putUser } from '../../lib/auth-state.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { authQuery } from '../../lib/queries.ts';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { AuthCard } from './auth-card.tsx';
import { AnchorLink } from '../../ui/links.tsx';

/** The token of a set-up link. It stands behind `#`, which browsers never send, so that no log of a proxy has it. */
export function setUpToken(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
}

/** Makes the first administrator. */
export function SetupPage() {
  const auth = useQuery(authQuery);
  const [token] = useState(() => setUpToken(window.location.hash));
  if (auth.isPending) {
    return (
      <AuthCard title="Welcome to Emberlab">
        <Skeleton height={230} />
      </AuthCard>
    );
  }
  if (auth.isError) {
    return (
      <AuthCard title="Welcome to Emberlab">
        <ErrorState error={auth.error} onRetry={() => void auth.refetch()} />
      </AuthCard>
    );
  }
  if (!auth.data.setUpNeeded) {
    return (
      <AuthCard
        title="Emberlab is set up"
        description="This link has done its work: there is an administrator already."
      >
        {auth.data.user === null ? (
          <AnchorLink to="/login">Log in</AnchorLink>
        ) : (
          <AnchorLink to="/">Go to your projects</AnchorLink>
        )}
      </AuthCard>
    );
  }
  if (token === '') {
    return (
      <AuthCard title="Welcome to Emberlab">
        <Notice tone="info" title="Please open the set-up link">
          Emberlab printed it when it started. It ends with #token= and a long secret, which this address lacks.
        </Notice>
      </AuthCard>
    );
  }
  return <SetupForm token={token} />;
}

function SetupForm({ token }: { token: string }) {
  const router = useRouter();
  const client = useQueryClient();
  const form = useForm({
    initialValues: { email: '', name: '', password: '' },
    validate: (values) => {
      const errors = fieldErrors(setUpBody.omit({ token: true }), values);
      return values.name.trim() === '' ? { ...errors, name: 'Please enter your name.' } : errors;
    },
  });
  const setUp = useMutation({
    mutationFn: (values: typeof form.values) => api.call('auth.setUp', { body: { ...values, token } }),
    onSuccess: async (user) => {
      putUser(client, user);
      await router.navigate({ to: '/', replace: true });
    },
  });
  return (
    <AuthCard title="Welcome to Emberlab" description="You become its first administrator.">
      <form onSubmit={form.onSubmit((values) => setUp.mutate(values))} noValidate>
        <Stack gap="sm">
          <TextInput label="Name" autoComplete="name" data-autofocus {...form.getInputProps('name')} />
          <TextInput label="E-mail" type="email" autoComplete="username" {...form.getInputProps('email')} />
          <PasswordInput
            label="Password"
            description="At least 10 characters"
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
          <ActionError error={setUp.error} title="Your account was not made" />
          <Button type="submit" variant="filled" loading={setUp.isPending || setUp.isSuccess} mt={4}>
            Create account
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}
