import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys, signInQuery } from '../../lib/queries.ts';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { LoginProblem } from '../auth/login-problem.tsx';
import { PasswordForm } from './password-form.tsx';

/** How the caller logs in: the password, and the login provider where there is one. `problem`: why linking with that led back here. */
export function SignInSection({ problem }: { problem: string | undefined }) {
  const signIn = useQuery(signInQuery);
  return (
    <Section title="Logging in">
      <Stack gap="md">
        {problem !== undefined && <LoginProblem code={problem} />}
        {signIn.isPending ? (
          <Skeleton height={120} />
        ) : signIn.isError && signIn.data === undefined ? (
          <ErrorState error={signIn.error} onRetry={() => void signIn.refetch()} />
        ) : (
          <>
            {signIn.data.openId !== null && <Provider {...signIn.data.openId} removable={signIn.data.password} />}
            {signIn.data.password ? (
              <PasswordForm />
            ) : (
              <Text size="sm">You have no password here. An administrator can give you one.</Text>
            )}
          </>
        )}
      </Stack>
    </Section>
  );
}

function Provider({ label, linked, removable }: { label: string; linked: boolean; removable: boolean }) {
  const client = useQueryClient();
  const link = useMutation({
    mutationFn: () => api.call('me.linkOpenId', {}),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const unlink = useMutation({
    mutationFn: () => api.call('me.unlinkOpenId', {}),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.signIn }),
  });
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          {linked
            ? `You can log in with ${label}.`
            : `You can link your account with ${label} and log in with that too.`}
        </Text>
        {!linked && (
          <Button size="xs" loading={link.isPending || link.isSuccess} onClick={() => link.mutate()}>
            Link with {label}
          </Button>
        )}
        {linked && removable && (
          <Button size="xs" loading={unlink.isPending} onClick={() => unlink.mutate()}>
            Unlink
          </Button>
        )}
      </Group>
      <ActionError error={link.error ?? unlink.error} title="Your account was not changed" />
    </Stack>
  );
}
