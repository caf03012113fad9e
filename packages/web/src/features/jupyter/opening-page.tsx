import type { Server } from '@emberlab/contract';
import { Center, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { NowherePage } from '../../ui/fallbacks.tsx';
import { api } from '../../lib/api.ts';
import { leaveFor } from '../../lib/open-tab.ts';
import { serverQuery } from '../../lib/queries.ts';
import { useLive } from '../../lib/use-live.ts';
import { useNow } from '../../lib/use-now.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Flame } from '../../ui/logo.tsx';
import { Notice } from '../../ui/notice.tsx';
import { isStarting } from './server-state.ts';
import { StartSteps } from './start-steps.tsx';
import { AnchorLink } from '../../ui/links.tsx';

const route = getRouteApi('/user/opening');

/** How long this tab waits for the request of the page that opened it. */
const patienceMs = 20_000;

/** A tab on its way to JupyterLab: shows how the start goes and leaves for Jupyter as soon as it answers. */
export function OpeningPage() {
  const { project, after } = route.useSearch();
  return project === undefined ? <NowherePage /> : <Opening project={project} after={after ?? null} />;
}

/**
 * Whether the state is the one from before the start that this tab waits for: the tab opens before the request for the start is sent, and may see
 * the end of the server that ran last.
 */
export function isBeforeStart(server: Server, after: string | null): boolean {
  if (server.state === 'stopping') return true;
  return (server.state === 'stopped' || server.state === 'failed') && server.endedAt === after;
}

function Opening({ project, after }: { project: string; after: string | null }) {
  useDocumentTitle('Opening Jupyter · Emberlab');
  useLive(project);
  const server = useQuery({
    ...serverQuery(project),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? false : 2000),
  });
  const open = useMutation({
    mutationFn: () => api.call('jupyter.open', { params: { project }, body: {} }),
    onSuccess: ({ url }) => leaveFor(url),
  });
  const asked = useRef(false);
  const state = server.data?.state;
  const { mutate } = open;
  useEffect(() => {
    if (state !== 'running' || asked.current) return;
    // Each answer is a ticket that works once: one is enough.
    asked.current = true;
    mutate();
  }, [state, mutate]);
  const [openedAt] = useState(() => Date.now());
  const impatient = useNow(1000) - openedAt > patienceMs;

  if (open.isError) {
    return (
      <Card project={project} title="Jupyter could not be opened">
        <ErrorState error={open.error} title="There was no way in" onRetry={() => open.mutate()} />
      </Card>
    );
  }
  if (server.data === undefined) {
    return server.isError ? (
      <Card project={project} title="Jupyter could not be opened">
        <ErrorState error={server.error} onRetry={() => void server.refetch()} />
      </Card>
    ) : (
      <Waiting project={project} title="Opening Jupyter" />
    );
  }
  if (isStarting(server.data)) {
    return (
      <Card project={project} title="Jupyter is starting">
        <StartSteps server={server.data} />
      </Card>
    );
  }
  if (server.data.state === 'running') return <Waiting project={project} title="Opening Jupyter" />;
  if (isBeforeStart(server.data, after) && !impatient) return <Waiting project={project} title="Starting Jupyter" />;
  if (server.data.state === 'failed') {
    return (
      <Card project={project} title="Jupyter did not start">
        <Notice tone="bad" title={server.data.problem?.message ?? 'It ended without saying why.'}>
          {server.data.problem?.remedy ?? 'The server log may say more.'}
        </Notice>
      </Card>
    );
  }
  return (
    <Card project={project} title="Jupyter is not running">
      <Text size="sm">Please press Run Jupyter on the Jupyter page.</Text>
    </Card>
  );
}

function Waiting({ project, title }: { project: string; title: string }) {
  return (
    <Card project={project} title={title}>
      <Loader size="sm" color="gray" aria-label="Please wait" />
    </Card>
  );
}

function Card({ project, title, children }: { project: string; title: string; children: ReactNode }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper p="lg" w="100%" maw={460}>
        <Stack gap="md">
          <Group gap="xs">
            <Flame />
            <Title order={1} fz="h3">
              {title}
            </Title>
          </Group>
          {children}
          <AnchorLink to="/projects/$project/jupyter" params={{ project }} size="sm">
            Jupyter page of {project}
          </AnchorLink>
        </Stack>
      </Paper>
    </Center>
  );
}
