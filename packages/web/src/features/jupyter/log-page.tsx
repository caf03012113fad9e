import { routePath, type ServerRun } from '@emberlab/contract';
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { serverQuery, serverRunsQuery } from '../../lib/queries.ts';
import { formatExact } from '../../lib/time.ts';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { Page } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { useProject } from '../projects/project-context.ts';
import { isUp, serverStateLabels, serverTones } from './server-state.ts';

const route = getRouteApi('/user/frame/projects/$project/jupyter/log');

/** The log of the caller's Jupyter server, of the last one when none runs, or of an earlier run. */
export function JupyterLogPage() {
  const { name, label } = useProject();
  const { run: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: server } = useQuery(serverQuery(name));
  const latest = server?.id ?? null;
  const { data: runs } = useQuery(serverRunsQuery(name, latest));
  const items = runs?.items ?? [];
  const run = items.find((one) => one.id === wanted);
  const state = run === undefined || run.id === latest ? server?.state : run.state;
  return (
    <Page
      title="Server log"
      tab={label}
      actions={
        <>
          {items.length > 1 && (
            <NativeSelect
              aria-label="Run"
              value={run?.id ?? ''}
              onChange={(event) =>
                void navigate({ search: { run: event.currentTarget.value || undefined }, replace: true })
              }
              data={[
                { value: '', label: 'The last run' },
                ...items.map((one) => ({ value: one.id, label: describeRun(one) })),
              ]}
            />
          )}
          {state !== undefined && <StateBadge tone={serverTones[state]} label={serverStateLabels[state]} />}
        </>
      }
    >
      <LogStreamView
        // A new start writes a new log.
        key={run?.id ?? `${latest} ${server?.startedAt}`}
        url={routePath('jupyter.log', { params: { project: name }, query: { run: run?.id } })}
        live={server !== undefined && isUp(server) && (run === undefined || run.id === latest)}
        label="Server log"
        downloadName={`${name}-jupyter.log`}
        height="calc(100dvh - 13rem)"
        emptyText="The server has written nothing yet."
      />
    </Page>
  );
}

/** `25 Nov 2026, 17:00:00 UTC, stopped`. */
const describeRun = (run: ServerRun): string =>
  `${formatExact(Date.parse(run.createdAt))}, ${serverStateLabels[run.state].toLowerCase()}`;
