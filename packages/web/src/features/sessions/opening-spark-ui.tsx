import { ApiError } from '@emberlab/contract';
import { Center, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { leaveFor } from '../../lib/open-tab.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Flame } from '../../ui/logo.tsx';

/** A tab on its way to a Spark UI. */
export function OpeningSparkUi({
  ask,
  ended,
  children,
}: {
  /** asks for the address */
  ask: () => Promise<{ url: string }>;
  /** the name of an application that has ended; null: it has not, or that is not known */
  ended: string | null;
  /** the way back */
  children: ReactNode;
}) {
  useDocumentTitle('Opening the Spark UI · Emberlab');
  const open = useMutation({ mutationFn: ask, onSuccess: ({ url }) => leaveFor(url) });
  const asked = useRef(false);
  const { mutate } = open;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper p="lg" w="100%" maw={460}>
        <Stack gap="md">
          <Group gap="xs">
            <Flame />
            <Title order={1} fz="h3">
              Opening the Spark UI
            </Title>
          </Group>
          {open.isError ? (
            <ErrorState
              error={open.error}
              title="It could not be opened"
              {...(hasEnded(open.error) ? {} : { onRetry: () => open.mutate() })}
            />
          ) : (
            <Group gap="sm" wrap="nowrap" align="flex-start" mih={44}>
              <Loader size="sm" color="gray" aria-label="Please wait" />
              {ended !== null && (
                <Text size="sm" className="el-break">
                  <b>{ended}</b> has ended: Spark makes its pages from its event log now. That takes some seconds, and
                  longer for an application that did much.
                </Text>
              )}
            </Group>
          )}
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}

/** An application that has ended does not come back, however often one tries. */
const hasEnded = (error: Error): boolean =>
  error instanceof ApiError && (error.code === 'session_ended' || error.code === 'not_found');
