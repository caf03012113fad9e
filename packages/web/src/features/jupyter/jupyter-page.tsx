import type { Environment, Server } from '@emberlab/contract';
import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import {
  configurationDefaultsQuery,
  configurationQuery,
  environmentQuery,
  placeQuery,
  serverQuery,
} from '../../lib/queries.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page } from '../../ui/page.tsx';
import { EnvironmentNotice, OtherRevision } from '../environments/environment-notice.tsx';
import { OwnLimits } from '../limits/own-limits.tsx';
import { RecentNotebooks } from '../notebooks/recent-notebooks.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { ViewerNotice } from '../projects/viewer-notice.tsx';
import { RunningApplications } from '../sessions/running-applications.tsx';
import { IdleServer } from './idle-server.tsx';
import { isStarting, isUp } from './server-state.ts';
import { TourOffer } from './tour-offer.tsx';
import { RunningServer, StartingServer, StoppingServer } from './up-server.tsx';
import { useServerActions, type ServerActions } from './use-server-actions.ts';

/** The Jupyter page of a project: the caller's server, its configuration, the Spark applications that run, and the notebooks that ran. */
export function JupyterPage() {
  const project = useProject();
  const environment = useQuery(environmentQuery(project.name));
  // What runs the server is there first.
  const restShown = useDeferredValue(true, false);
  return (
    <Page title="Jupyter" tab={project.label}>
      {environment.data !== undefined && <EnvironmentNotice environment={environment.data} />}
      {mayRun(project) && <TourOffer />}
      <Stack data-tour="server">
        {mayRun(project) ? <OwnServer environment={environment.data} /> : <ViewerNotice />}
      </Stack>
      {restShown && (
        <>
          {mayRun(project) && <OwnLimits />}
          <div data-tour="applications">
            <RunningApplications />
          </div>
          <div data-tour="notebooks">
            <RecentNotebooks />
          </div>
        </>
      )}
    </Page>
  );
}

function OwnServer({ environment }: { environment: Environment | undefined }) {
  const project = useProject();
  const server = useQuery(serverQuery(project.name));
  // Asked for at the same time: the form needs it as soon as the server turns out to be stopped.
  const configuration = useQuery(configurationQuery(project.name));
  const defaults = useQuery(configurationDefaultsQuery(project.name));
  const place = useQuery(placeQuery(project.name));
  const actions = useServerActions(project.name);
  if (server.data === undefined && server.isError) {
    return <ErrorState error={server.error} onRetry={() => void server.refetch()} />;
  }
  const failed = [configuration, defaults, place].find((query) => query.data === undefined && query.isError);
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (
    server.data === undefined ||
    configuration.data === undefined ||
    defaults.data === undefined ||
    place.data === undefined
  ) {
    return (
      <Stack aria-busy="true" aria-label="Loading the server">
        <Skeleton height={104} radius="md" />
        <Skeleton height={390} radius="md" />
      </Stack>
    );
  }
  if (!isUp(server.data)) {
    return (
      <IdleServer
        server={server.data}
        saved={configuration.data}
        defaults={defaults.data}
        place={place.data}
        environment={environment}
        actions={actions}
      />
    );
  }
  return <UpServer server={server.data} environment={environment} actions={actions} />;
}

function UpServer({
  server,
  environment,
  actions,
}: {
  server: Server;
  environment: Environment | undefined;
  actions: ServerActions;
}) {
  if (isStarting(server)) return <StartingServer server={server} actions={actions} />;
  if (server.state === 'stopping') return <StoppingServer server={server} />;
  return (
    <>
      {environment !== undefined && <OtherRevision revision={server.revision} environment={environment} />}
      <RunningServer server={server} actions={actions} />
    </>
  );
}
