import type { ShownInvitation } from '@emberlab/contract';
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, errorMessage } from '../../lib/api.ts';
import { authQuery, keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { AuthCard } from '../auth/auth-card.tsx';
import { forgetInvitation, keptInvitation } from './kept-invitation.ts';

const roleWords = { viewer: 'a viewer', editor: 'an editor', owner: 'an owner' } as const;

/** Where the link of an invitation leads: says what it is for, and lets one join. */
export function InvitationPage() {
  const [secret] = useState(keptInvitation);
  return secret === null ? (
    <AuthCard title="Invitation" description="Please open the link of your invitation again, as a whole.">
      <AnchorLink to="/">Go to your projects</AnchorLink>
    </AuthCard>
  ) : (
    <Invitation secret={secret} />
  );
}

function Invitation({ secret }: { secret: string }) {
  const shown = useQuery({
    // Without the secret: keys are kept and shown by tools.
    queryKey: ['invitation'],
    queryFn: ({ signal }) => api.call('invitations.show', { body: { secret } }, signal),
    retry: false,
    gcTime: 0,
  });
  const auth = useQuery(authQuery);
  if (shown.isPending) {
    return (
      <AuthCard title="Invitation">
        <Skeleton height={110} />
      </AuthCard>
    );
  }
  if (shown.isError) {
    return (
      <AuthCard title="This invitation is not for you to use" description={errorMessage(shown.error)}>
        <Text size="sm" c="dimmed" className="el-break">
          You are logged in as {auth.data?.user?.email}.
        </Text>
        <AnchorLink to="/">Go to your projects</AnchorLink>
      </AuthCard>
    );
  }
  return <Joining secret={secret} invitation={shown.data} />;
}

function Joining({ secret, invitation }: { secret: string; invitation: ShownInvitation }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { project, role, invitedBy, expiresAt, member } = invitation;
  const join = useMutation({
    mutationFn: () => api.call('invitations.accept', { body: { secret } }),
    onSuccess: async (joined) => {
      forgetInvitation();
      client.setQueryData(keys.project(joined.name), joined);
      void client.invalidateQueries({ queryKey: keys.projects });
      await navigate({ to: '/projects/$project/jupyter', params: { project: joined.name }, replace: true });
    },
  });
  if (member) {
    return (
      <AuthCard title="You are a member already">
        <Text size="sm" className="el-break">
          This invitation leads to <b>{project.label}</b>, which you are in.
        </Text>
        <ButtonLink
          to="/projects/$project/jupyter"
          params={{ project: project.name }}
          variant="filled"
          onClick={forgetInvitation}
        >
          Open {project.label}
        </ButtonLink>
      </AuthCard>
    );
  }
  return (
    <AuthCard title={`Join ${project.label}`}>
      <Stack gap="sm">
        <Text size="sm" className="el-break">
          {invitedBy} invites you to the project <b>{project.label}</b>. You become {roleWords[role]}.
        </Text>
        <Text size="xs" c="dimmed">
          Expires <RelativeTime at={expiresAt} />
        </Text>
        <ActionError error={join.error} title="You have not joined" />
        <Group gap="xs">
          <Button variant="filled" loading={join.isPending || join.isSuccess} onClick={() => join.mutate()}>
            Join
          </Button>
          <ButtonLink to="/" onClick={forgetInvitation}>
            Not now
          </ButtonLink>
        </Group>
      </Stack>
    </AuthCard>
  );
}
