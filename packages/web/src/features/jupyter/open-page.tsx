import type { Server } from '@emberlab/contract';
import { Button, Group, Loader, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { IconPlayerPlay } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { isNotFound } from '../../lib/api.ts';
import { environmentQuery, fileQuery, serverQuery } from '../../lib/queries.ts';
import { useSeen } from '../../lib/use-seen.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { EnvironmentNotice, isUsable } from '../environments/environment-notice.tsx';
import { NotebookPath } from '../notebooks/notebook-path.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { ViewerNotice } from '../projects/viewer-notice.tsx';
import { readOpenPath } from './open-path.ts';
import { ServerLogsButton } from './server-logs-button.tsx';
import { isStarting, isUp } from './server-state.ts';
import { StartFailure } from './start-failure.tsx';
import { StartingServer, StoppingServer } from './up-server.tsx';
import { useOwnServer } from './use-own-server.ts';
import { useServerActions } from './use-server-actions.ts';
import { useWayIn } from './use-way-in.ts';

const route = getRouteApi('/user/frame/projects/$project/jupyter/open');

/** Where links lead that open a file in JupyterLab: starts the member's server where none is up, and leaves for Jupyter. */
export function OpenPage() {
  const project = useProject();
  const { path: given } = route.useSearch();
  const wanted = readOpenPath(given);
  return (
    <Page
      title="Open in Jupyter"
      tab={project.label}
      description={wanted.path ? <NotebookPath path={wanted.path} /> : undefined}
    >
      {!mayRun(project) ? (
        <ViewerNotice />
      ) : wanted.problem !== undefined ? (
        <Without title="This link can’t be opened">{wanted.problem}</Without>
      ) : wanted.path === null ? (
        <Opening path={undefined} />
      ) : (
        <Looked path={wanted.path} key={wanted.path} />
      )}
    </Page>
  );
}

/** Nothing is started for a file that isn't there. */
function Looked({ path }: { path: string }) {
  const project = useProject();
  const file = useQuery(fileQuery(project.name, path));
  if (file.data !== undefined) return <Opening path={path} />;
  if (isNotFound(file.error)) {
    return (
      <Without title="There is no such file or folder in the project">
        It was moved, renamed or deleted, or the link is wrong. Nothing was started.
      </Without>
    );
  }
  if (file.isError) return <ErrorState error={file.error} onRetry={() => void file.refetch()} />;
  return <Loading />;
}

const Loading = () => (
  <Stack aria-busy="true" aria-label="Loading the server">
    <Skeleton height={104} radius="md" />
  </Stack>
);

/** Why nothing is opened, and the way to Jupyter all the same. */
function Without({ title, children }: { title: string; children: ReactNode }) {
  const { name } = useProject();
  return (
    <Notice
      tone="warning"
      title={title}
      action={
        <ButtonLink size="xs" to="/projects/$project/jupyter/open" params={{ project: name }} search={{}}>
          Open Jupyter without it
        </ButtonLink>
      }
    >
      {children}
    </Notice>
  );
}

function Opening({ path }: { path: string | undefined }) {
  const project = useProject();
  const server = useQuery(serverQuery(project.name));
  const environment = useQuery(environmentQuery(project.name));
  const actions = useServerActions(project.name);
  const usable = environment.data === undefined ? environment.isError : isUsable(environment.data);
  const up = server.data !== undefined && isUp(server.data);
  const ask = useOwnServer(project.name, server.data, useSeen() && (usable || up));
  const ready = ask.isSuccess && server.data?.state === 'running' ? server.data.id : null;
  const way = useWayIn(project.name, path, ready);
  if (server.data === undefined) {
    return server.isError ? <ErrorState error={server.error} onRetry={() => void server.refetch()} /> : <Loading />;
  }
  if (isStarting(server.data)) return <StartingServer server={server.data} actions={actions} />;
  if (server.data.state === 'stopping') return <StoppingServer server={server.data} />;
  if (ask.isError) return <ErrorState error={ask.error} title="Jupyter was not started" onRetry={() => ask.mutate()} />;
  if (up && way.isError) {
    return <ErrorState error={way.error} title="Jupyter could not be opened" onRetry={() => way.mutate()} />;
  }
  if (up || ask.isPending || (ask.isIdle && usable)) return <Leaving />;
  if (environment.data === undefined) return <Loading />;
  return (
    <Stack>
      {!usable && <EnvironmentNotice environment={environment.data} />}
      <Down server={server.data} usable={usable} onStart={() => ask.mutate()} />
    </Stack>
  );
}

const Leaving = () => (
  <Section title="Jupyter server">
    <Group gap="sm" component="output">
      <Loader size="sm" color="gray" aria-hidden="true" />
      <Text size="sm">Opening Jupyter…</Text>
    </Group>
  </Section>
);

/** A server that did not come up, or was stopped while people waited for it. It is not started again unless they say so. */
function Down({ server, usable, onStart }: { server: Server; usable: boolean; onStart: () => void }) {
  const { name } = useProject();
  return (
    <>
      {usable && server.state === 'failed' && <StartFailure server={server} />}
      <Section title="Jupyter server">
        <Stack gap="sm">
          <Text size="sm">
            {!usable
              ? 'Jupyter needs a Python environment; please see above.'
              : server.state === 'failed'
                ? 'Jupyter did not start. Its configuration is on the Jupyter page.'
                : 'Jupyter was stopped before it could be opened.'}
          </Text>
          <Group gap="xs">
            <Button variant="filled" leftSection={<IconPlayerPlay size={16} />} onClick={onStart} disabled={!usable}>
              Start again
            </Button>
            <ButtonLink to="/projects/$project/jupyter" params={{ project: name }}>
              Jupyter page
            </ButtonLink>
            {server.id !== null && <ServerLogsButton />}
          </Group>
        </Stack>
      </Section>
    </>
  );
}
