import type { LoginEntry } from '@emberlab/contract';
import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { browserName } from '../../lib/browser-name.ts';
import { keys, loginsQuery } from '../../lib/queries.ts';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { RelativeTime } from '../../ui/times.tsx';

/** Where the caller is logged in, each with a way to end it. */
export function LoginsSection() {
  const client = useQueryClient();
  const logins = useQuery(loginsQuery);
  const renew = () => client.invalidateQueries({ queryKey: keys.logins });
  const end = useMutation({
    mutationFn: (id: string) => api.call('me.endLogin', { params: { id } }),
    onSettled: renew,
  });
  const endOthers = useMutation({ mutationFn: () => api.call('me.endOtherLogins', {}), onSettled: renew });
  const others = (logins.data?.items ?? []).filter((login) => !login.current).length;
  return (
    <Section
      title="Where you are logged in"
      flush
      aside={
        others > 0 && (
          <Button size="xs" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            Log out everywhere else
          </Button>
        )
      }
    >
      <ActionError error={end.error ?? endOthers.error} title="That login was not ended" />
      {logins.isPending ? (
        <RowsSkeleton rows={2} />
      ) : logins.isError && logins.data === undefined ? (
        <ErrorState error={logins.error} onRetry={() => void logins.refetch()} />
      ) : (
        <LoginTable logins={logins.data.items} ending={end.isPending ? end.variables : null} onEnd={end.mutate} />
      )}
    </Section>
  );
}

function LoginTable({
  logins,
  ending,
  onEnd,
}: {
  logins: LoginEntry[];
  ending: string | null;
  onEnd: (id: string) => void;
}) {
  return (
    <RowsTable>
      <RowsHead columns={['Browser', 'Address', 'Last seen', 'Logged in']} />
      <Table.Tbody>
        {logins.map((login) => (
          <Table.Tr key={login.id}>
            <Table.Td className={rowClasses.lead}>
              <Group gap="xs">
                <Text size="sm" fw={500} title={login.userAgent ?? undefined}>
                  {browserName(login.userAgent)}
                </Text>
                {login.current && (
                  <Badge variant="light" color="gray">
                    This one
                  </Badge>
                )}
              </Group>
            </Table.Td>
            <Table.Td data-label="Address" className="el-break">
              {login.address ?? 'unknown'}
            </Table.Td>
            <Table.Td data-label="Last seen">
              <RelativeTime at={login.lastSeenAt} />
            </Table.Td>
            <Table.Td data-label="Logged in">
              <Stack gap={0}>
                <RelativeTime at={login.createdAt} />
              </Stack>
            </Table.Td>
            <Table.Td className={rowClasses.actions}>
              {!login.current && (
                <Button
                  size="compact-sm"
                  loading={ending === login.id}
                  onClick={() => onEnd(login.id)}
                  aria-label={`Log out ${browserName(login.userAgent)} at ${login.address ?? 'an unknown address'}`}
                >
                  Log out
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}
