import { newTokenBody } from '@emberlab/contract';
import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { authQuery } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toBody, TokenRightsFields, usualRights } from '../account/token-rights.tsx';
import { AuthCard } from './auth-card.tsx';
import { returnUrl, type CliSearch } from './cli-search.ts';

const route = getRouteApi('/user/cli-login');

/** Grants a token to a command line, once its user has seen which and what for. */
export function CliLoginPage() {
  const search = route.useSearch();
  const [refused, setRefused] = useState(false);
  if (search.done === true || refused) {
    return (
      <AuthCard
        title={refused ? 'Nothing was granted' : 'The command line is logged in'}
        description="You can close this page."
      >
        <AnchorLink to="/account">Your account and tokens</AnchorLink>
      </AuthCard>
    );
  }
  if (search.challenge === undefined) {
    return (
      <AuthCard title="Log in at the command line">
        <Notice tone="info" title="Please begin at the command line">
          Type emberlab login there, and open the address that it prints.
        </Notice>
      </AuthCard>
    );
  }
  return <Grant search={search} challenge={search.challenge} onRefuse={() => setRefused(true)} />;
}

function Grant({ search, challenge, onRefuse }: { search: CliSearch; challenge: string; onRefuse: () => void }) {
  const { data: auth } = useQuery(authQuery);
  const host = search.host ?? 'a machine';
  const name = `emberlab on ${host}`;
  const form = useForm({
    initialValues: usualRights,
    validate: (values) => fieldErrors(newTokenBody, { name, ...toBody(values) }),
  });
  const grant = useMutation({
    mutationFn: (values: typeof form.values) =>
      api.call('me.grantCli', { body: { name, challenge, ...toBody(values) } }),
    onSuccess: ({ code }) => {
      const url = returnUrl(search, code);
      if (url !== null) window.location.assign(url);
    },
    gcTime: 0,
  });
  if (grant.isSuccess && returnUrl(search, '') === null) {
    return (
      <AuthCard
        title="Log in at the command line"
        description="Type or paste this code where emberlab login waits for it."
      >
        <Code block className="el-break" style={{ whiteSpace: 'pre-wrap' }}>
          {grant.data.code}
        </Code>
        <Text size="sm" c="dimmed">
          It is good once and for two minutes. Please give it to nobody.
        </Text>
      </AuthCard>
    );
  }
  return (
    <AuthCard
      title="Log in at the command line"
      description={`emberlab on ${host} asks for a token of ${auth?.user?.email ?? 'your account'}.`}
    >
      <form onSubmit={form.onSubmit((values) => grant.mutate(values))} noValidate>
        <Stack gap="sm">
          <Text size="sm">
            Allow this only if you have just typed <b>emberlab login</b> yourself.
          </Text>
          <TokenRightsFields form={form} own admin={auth?.user?.admin === true} />
          <ActionError error={grant.error} title="Nothing was granted" />
          <Group justify="flex-end" gap="xs" mt="xs">
            <Button onClick={onRefuse}>Cancel</Button>
            <Button type="submit" variant="filled" loading={grant.isPending || grant.isSuccess}>
              Allow
            </Button>
          </Group>
        </Stack>
      </form>
    </AuthCard>
  );
}
