import { newServiceAccountBody, type ServiceAccount } from '@emberlab/contract';
import { Button, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconRobot } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { keys, serviceAccountsQuery } from '../../lib/queries.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { CopyableId } from '../../ui/copyable-id.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { TokensSection } from './tokens-section.tsx';

/** Accounts for programs, for administrators. */
export function ServiceAccountsPage() {
  const accounts = useQuery(serviceAccountsQuery);
  const [dialogOpen, dialog] = useDisclosure(false);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [removing, setRemoving] = useState<ServiceAccount | null>(null);
  const chosen = accounts.data?.items.find((account) => account.id === chosenId);
  return (
    <Page
      title="Service accounts"
      description="Accounts for programs. They have tokens and no password; an owner adds one to a project by its address."
    >
      <Section
        title="Accounts"
        flush
        aside={
          <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
            Create account
          </Button>
        }
      >
        {accounts.isPending ? (
          <RowsSkeleton rows={2} />
        ) : accounts.isError && accounts.data === undefined ? (
          <ErrorState error={accounts.error} onRetry={() => void accounts.refetch()} />
        ) : accounts.data.items.length === 0 ? (
          <EmptyState
            icon={<IconRobot size={30} />}
            title="No service accounts"
            action={<Button onClick={dialog.open}>Create the first account</Button>}
          >
            Make one for what runs without a person, such as a scheduler, so that it goes on when people leave.
          </EmptyState>
        ) : (
          <AccountTable accounts={accounts.data.items} onTokens={setChosenId} onRemove={setRemoving} />
        )}
      </Section>
      {chosen !== undefined && <TokensSection owner={{ service: { id: chosen.id, name: chosen.name } }} />}
      <Modal opened={dialogOpen} onClose={dialog.close} title="Create a service account">
        <NewAccount
          onClose={(made) => {
            dialog.close();
            if (made !== null) setChosenId(made);
          }}
        />
      </Modal>
      <RemoveDialog account={removing} onClose={() => setRemoving(null)} />
    </Page>
  );
}

function AccountTable({
  accounts,
  onTokens,
  onRemove,
}: {
  accounts: ServiceAccount[];
  onTokens: (id: string) => void;
  onRemove: (account: ServiceAccount) => void;
}) {
  return (
    <RowsTable>
      <RowsHead columns={['Name', 'Address', 'Tokens', 'Last used']} />
      <Table.Tbody>
        {accounts.map((account) => (
          <Table.Tr key={account.id}>
            <Table.Td className={rowClasses.lead}>
              <Text size="sm" fw={500} className="el-break">
                {account.name}
              </Text>
            </Table.Td>
            <Table.Td data-label="Address">
              <CopyableId value={account.email} label="address" />
            </Table.Td>
            <Table.Td data-label="Tokens" className="el-tabular">
              {account.tokens}
            </Table.Td>
            <Table.Td data-label="Last used">
              {account.lastUsedAt === null ? 'never' : <RelativeTime at={account.lastUsedAt} />}
            </Table.Td>
            <Table.Td className={rowClasses.actions}>
              <Group gap={6} wrap="nowrap" display="inline-flex">
                <Button size="compact-sm" onClick={() => onTokens(account.id)} aria-label={`Tokens of ${account.name}`}>
                  Tokens
                </Button>
                <Button size="compact-sm" onClick={() => onRemove(account)} aria-label={`Remove ${account.name}`}>
                  Remove
                </Button>
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

/** `onClose` gets the id of the account that was made; null: none. */
function NewAccount({ onClose }: { onClose: (made: string | null) => void }) {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { label: '', name: '' },
    validate: (values) => fieldErrors(newServiceAccountBody, values),
  });
  const create = useMutation({
    mutationFn: (body: typeof form.values) => api.call('serviceAccounts.create', { body }),
    onSuccess: async (account) => {
      await client.invalidateQueries({ queryKey: keys.serviceAccounts });
      onClose(account.id);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description="That others see"
          placeholder="Nightly reports"
          data-autofocus
          {...form.getInputProps('label')}
        />
        <TextInput
          label="Short name"
          description="Its address is made of it; it can’t be changed later"
          placeholder="nightly-reports"
          {...form.getInputProps('name')}
        />
        <ActionError error={create.error} title="The account was not made" />
        <Group justify="flex-end" gap="xs" mt="xs">
          <Button onClick={() => onClose(null)}>Cancel</Button>
          <Button type="submit" variant="filled" loading={create.isPending}>
            Create account
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function RemoveDialog({ account, onClose }: { account: ServiceAccount | null; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => api.call('serviceAccounts.remove', { params: { id } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.serviceAccounts });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      asking={account?.id ?? null}
      doing={remove}
      title="Remove this account?"
      action="Remove"
      failed="The account was not removed"
      onClose={onClose}
    >
      <Text size="sm" className="el-break">
        Programs that use <b>{account?.name}</b> can no longer log in. Its short name can’t be used again.
      </Text>
    </ConfirmDialog>
  );
}
