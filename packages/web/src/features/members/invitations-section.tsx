import type { Invitation } from '@emberlab/contract';
import { Button, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLink, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { invitationsQuery, keys } from '../../lib/queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { roleLabels } from '../projects/project-card.tsx';
import { useProject } from '../projects/project-context.ts';
import { NewInvitationDialog } from './new-invitation-dialog.tsx';

/** Links by which people may join that are good still. */
export function InvitationsSection() {
  const { name: project } = useProject();
  const client = useQueryClient();
  const invitations = useQuery(invitationsQuery(project));
  const [dialogOpen, dialog] = useDisclosure(false);
  const withdraw = useMutation({
    mutationFn: (id: string) => api.call('projects.withdrawInvitation', { params: { project, id } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.invitations(project) }),
  });
  return (
    <Section
      title="Invitations"
      flush
      aside={
        <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
          Invite by link
        </Button>
      }
    >
      <ActionError error={withdraw.error} title="The invitation was not withdrawn" />
      {invitations.isPending ? (
        <RowsSkeleton rows={1} />
      ) : invitations.isError && invitations.data === undefined ? (
        <ErrorState error={invitations.error} onRetry={() => void invitations.refetch()} />
      ) : invitations.data.items.length === 0 ? (
        <EmptyState icon={<IconLink size={30} />} title="No open invitations">
          A link lets people join by themselves, within some days. Make one and send it to them.
        </EmptyState>
      ) : (
        <InvitationRows
          invitations={invitations.data.items}
          withdrawing={withdraw.isPending ? withdraw.variables : null}
          onWithdraw={(id) => withdraw.mutate(id)}
        />
      )}
      <NewInvitationDialog opened={dialogOpen} onClose={dialog.close} />
    </Section>
  );
}

function InvitationRows({
  invitations,
  withdrawing,
  onWithdraw,
}: {
  invitations: Invitation[];
  withdrawing: string | null;
  onWithdraw: (id: string) => void;
}) {
  return (
    <RowsTable>
      <RowsHead columns={['For', 'Role', 'Made by', 'Joined by it', 'Expires']} />
      <Table.Tbody>
        {invitations.map((invitation) => (
          <Table.Tr key={invitation.id}>
            <Table.Td className={rowClasses.lead}>
              <Text size="sm" fw={500} className="el-break">
                {invitation.email ?? 'Whoever has the link'}
              </Text>
            </Table.Td>
            <Table.Td data-label="Role">{roleLabels[invitation.role]}</Table.Td>
            <Table.Td data-label="Made by" className="el-break">
              {invitation.createdBy}
            </Table.Td>
            <Table.Td data-label="Joined by it" className="el-tabular">
              {invitation.uses} of {invitation.maxUses}
            </Table.Td>
            <Table.Td data-label="Expires">
              <RelativeTime at={invitation.expiresAt} />
            </Table.Td>
            <Table.Td className={rowClasses.actions}>
              <Button
                size="compact-sm"
                loading={withdrawing === invitation.id}
                onClick={() => onWithdraw(invitation.id)}
                aria-label={`Withdraw the invitation for ${invitation.email ?? 'whoever has the link'}`}
              >
                Withdraw
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}
