import { ApiError } from '@emberlab/contract';
import { Center, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { api } from '../../lib/api.ts';
import { leaveFor } from '../../lib/open-tab.ts';
import { sessionQuery } from '../../lib/queries.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Flame } from '../../ui/logo.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { isLive, sessionTitle } from './session-state.ts';

const route = getRouteApi('/user/projects/$project/applications/$id/ui');

/** A tab on its way to a Spark UI. */
export function SparkUiPage() {
  useDocumentTitle('Opening the Spark UI · Emberlab');
  const { project, id } = route.useParams();
  const open = useMutation({
    mutationFn: () => api.call('sessions.openUi', { params: { project, id } }),
    onSuccess: ({ url }) => leaveFor(url),
  });
  const session = useQuery({ ...sessionQuery(project, Number(id)), retry: false }).data;
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
              {session !== undefined && !isLive(session) && (
                <Text size="sm" className="el-break">
                  <b>{sessionTitle(session)}</b> has ended: Spark makes its pages from its event log now. That takes
                  some seconds, and longer for an application that did much.
                </Text>
              )}
            </Group>
          )}
          <AnchorLink to="/projects/$project/applications" params={{ project }} size="sm">
            Applications of {project}
          </AnchorLink>
        </Stack>
      </Paper>
    </Center>
  );
}

/** An application that has ended does not come back, however often one tries. */
const hasEnded = (error: Error): boolean =>
  error instanceof ApiError && (error.code === 'session_ended' || error.code === 'not_found');
