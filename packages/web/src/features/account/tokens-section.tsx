import type { ApiToken } from '@emberlab/contract';
import { Button, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNow } from '../../lib/use-now.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { NewTokenDialog } from './new-token-dialog.tsx';
import { mine, revokeToken, tokensKey, tokensQuery, type TokenOwner } from './token-api.ts';
import { scopeTexts } from './token-rights.tsx';

/** The caller's API tokens, or those of an account for a program. */
export function TokensSection({ owner = mine }: { owner?: TokenOwner }) {
  const tokens = useQuery(tokensQuery(owner));
  const [dialogOpen, dialog] = useDisclosure(false);
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  return (
    <Section
      title={owner.service === null ? 'API tokens' : `API tokens of ${owner.service.name}`}
      flush
      aside={
        <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
          Create token
        </Button>
      }
    >
      {tokens.isPending ? (
        <RowsSkeleton rows={2} />
      ) : tokens.isError && tokens.data === undefined ? (
        <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />
      ) : tokens.data.items.length === 0 ? (
        <EmptyState
          icon={<IconKey size={30} />}
          title="No tokens"
          action={<Button onClick={dialog.open}>Create the first token</Button>}
        >
          {owner.service === null
            ? 'Programs log in with a token instead of your password: the command line, scripts, or a notebook elsewhere.'
            : 'The program logs in with a token of its account.'}
        </EmptyState>
      ) : (
        <TokenTable tokens={tokens.data.items} onRevoke={setRevoking} />
      )}
      <NewTokenDialog owner={owner} opened={dialogOpen} onClose={dialog.close} />
      <RevokeDialog owner={owner} token={revoking} onClose={() => setRevoking(null)} />
    </Section>
  );
}

function TokenTable({ tokens, onRevoke }: { tokens: ApiToken[]; onRevoke: (token: ApiToken) => void }) {
  const now = useNow(10_000);
  return (
    <RowsTable>
      <RowsHead columns={['Name', 'May', 'Created', 'Last used', 'Expires']} />
      <Table.Tbody>
        {tokens.map((token) => {
          const expired = token.expiresAt !== null && Date.parse(token.expiresAt) <= now;
          return (
            <Table.Tr key={token.id}>
              <Table.Td className={rowClasses.lead}>
                <Text size="sm" fw={500} className="el-break">
                  {token.name}
                </Text>
              </Table.Td>
              <Table.Td data-label="May">
                <Rights token={token} />
              </Table.Td>
              <Table.Td data-label="Created">
                <RelativeTime at={token.createdAt} />
              </Table.Td>
              <Table.Td data-label="Last used">
                {token.lastUsedAt === null ? 'never' : <RelativeTime at={token.lastUsedAt} />}
              </Table.Td>
              <Table.Td data-label="Expires">
                <span>
                  {token.expiresAt === null ? (
                    'never'
                  ) : (
                    <RelativeTime at={token.expiresAt} {...(expired ? { c: 'var(--mantine-color-error)' } : {})} />
                  )}
                  {expired && ' (expired)'}
                </span>
              </Table.Td>
              <Table.Td className={rowClasses.actions}>
                <Button size="compact-sm" onClick={() => onRevoke(token)} aria-label={`Revoke ${token.name}`}>
                  Revoke
                </Button>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </RowsTable>
  );
}

/** What a token may do, and in which projects. */
function Rights({ token }: { token: ApiToken }) {
  const what =
    token.scopes === null ? 'everything' : token.scopes.map((one) => scopeTexts[one].label.toLowerCase()).join(', ');
  const where = token.projects?.length === 0 ? 'in projects that are gone' : token.projects?.join(', ');
  return (
    <div className="el-break">
      <Text size="sm">{what}</Text>
      {where !== undefined && (
        <Text size="xs" c="dimmed">
          {token.projects?.length === 0 ? where : `in ${where}`}
        </Text>
      )}
    </div>
  );
}

function RevokeDialog({ owner, token, onClose }: { owner: TokenOwner; token: ApiToken | null; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => revokeToken(owner, id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: tokensKey(owner) });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      asking={token?.id ?? null}
      doing={revoke}
      title="Revoke this token?"
      action="Revoke"
      failed="The token was not revoked"
      onClose={onClose}
    >
      <Text size="sm" className="el-break">
        Programs that use <b>{token?.name}</b> can no longer log in. This can’t be undone.
      </Text>
    </ConfirmDialog>
  );
}
