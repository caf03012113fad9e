import type { Server } from '@emberlab/contract';
import { Center, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { NowherePage } from '../../ui/fallbacks.tsx';
import { serverQuery } from '../../lib/queries.ts';
import { useLive } from '../../lib/use-live.ts';
import { useNow } from '../../lib/use-now.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Flame } from '../../ui/logo.tsx';
import { Notice } from '../../ui/notice.tsx';
import { isStarting } from './server-state.ts';
import { StartSteps } from './start-steps.tsx';
import { spellStopReason } from './time-left.ts';
import { useWayIn } from './use-way-in.ts';
import { AnchorLink } from '../../ui/links.tsx';

const route = getRouteApi('/user/opening');

/** How long this tab waits for the request of the page that opened it. */
const patienceMs = 20_000;

/** A tab on its way to JupyterLab: shows how the start goes and leaves for Jupyter as soon as it answers. */
export function OpeningPage() {
  const { project, after, previous, path } = route.useSearch();
  if (project === undefined) return <NowherePage />;
  return <Opening project={project} before={{ after: after ?? null, previous: previous ?? null }} path={path} />;
}

/** What there was before the start that the tab waits for: when the last server had ended, or which one it was. */
type Before = { after: string | null; previous: string | null };

/**
 * Whether the state is the one from before the start that this tab waits for: the tab opens before the request for the start is sent, and may see
 * the end of the server that ran last, or that one still run.
 */
export function isBeforeStart(server: Server, { after, previous }: Before): boolean {
  if (previous !== null) return server.id === previous;
  if (server.state === 'stopping') return true;
  return (server.state === 'stopped' || server.state === 'failed') && server.endedAt === after;
}

/** Whether the start that the tab waits for was ended before Jupyter answered. `seen`: which server the tab has seen start. */
function isCancelled(server: Server, seen: Server['id'], before: Before): boolean {
  if ((server.state !== 'stopping' && server.state !== 'stopped') || server.id === null || server.readyAt !== null)
    return false;
  return server.id === seen || (server.state === 'stopped' && !isBeforeStart(server, before));
}

function Opening({ project, before, path }: { project: string; before: Before; path: string | undefined }) {
  useDocumentTitle('Opening Jupyter · Emberlab');
  useLive(project);
  const isReady = (now: Server): boolean => now.state === 'running' && !isBeforeStart(now, before);
  const server = useQuery({
    ...serverQuery(project),
    refetchInterval: ({ state }) => (state.data !== undefined && isReady(state.data) ? false : 2000),
  });
  const ready = server.data !== undefined && isReady(server.data);
  const open = useWayIn(project, path, ready ? server.data.id : null);
  const [openedAt] = useState(() => Date.now());
  const [seen, setSeen] = useState<Server['id']>(null);
  const starting = server.data !== undefined && isStarting(server.data) && !isBeforeStart(server.data, before);
  if (starting && seen !== server.data.id) setSeen(server.data.id);
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
  if (starting) {
    return (
      <Card project={project} title="Jupyter is starting">
        <StartSteps server={server.data} />
      </Card>
    );
  }
  if (ready) return <Waiting project={project} title="Opening Jupyter" />;
  if (isCancelled(server.data, seen, before)) return <Cancelled project={project} server={server.data} />;
  if (isBeforeStart(server.data, before) && !impatient) return <Waiting project={project} title="Starting Jupyter" />;
  if (server.data.state === 'failed') {
    return (
      <Card project={project} title="Jupyter did not start">
        <Notice tone="bad" title={server.data.problem?.message ?? 'It ended without saying why.'}>
          {server.data.problem?.remedy ?? 'The server log may say more.'}
        </Notice>
      </Card>
    );
  }
  if (server.data.state === 'running') {
    return (
      <Card project={project} title="Jupyter was not started anew">
        <Text size="sm">It still runs as it did. Please open the notebook from the Jupyter page again.</Text>
      </Card>
    );
  }
  return (
    <Card project={project} title="Jupyter is not running">
      <Text size="sm">Please press Run Jupyter on the Jupyter page.</Text>
    </Card>
  );
}

function Cancelled({ project, server }: { project: string; server: Server }) {
  return (
    <Card project={project} title="The start was cancelled">
      <Text size="sm">
        {spellStopReason(server.stopReason, server) ?? 'Somebody pressed Cancel, or Stop, before Jupyter answered.'} You
        may close this tab, or press Run Jupyter on the Jupyter page.
      </Text>
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
