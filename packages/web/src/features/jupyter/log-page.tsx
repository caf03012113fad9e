import { routePath } from '@emberlab/contract';
import { useQuery } from '@tanstack/react-query';
import { serverQuery } from '../../lib/queries.ts';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { Page } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { useProject } from '../projects/project-context.ts';
import { isUp, serverStateLabels, serverTones } from './server-state.ts';

/** The log of the caller's Jupyter server; of the last one when none runs. */
export function JupyterLogPage() {
  const project = useProject();
  const { data: server } = useQuery(serverQuery(project.name));
  return (
    <Page
      title="Server log"
      tab={project.label}
      actions={
        server !== undefined && <StateBadge tone={serverTones[server.state]} label={serverStateLabels[server.state]} />
      }
    >
      <LogStreamView
        // A new start writes a new log.
        key={`${server?.id} ${server?.startedAt}`}
        url={routePath('jupyter.log', { params: { project: project.name } })}
        live={server !== undefined && isUp(server)}
        label="Server log"
        downloadName={`${project.name}-jupyter.log`}
        height="calc(100dvh - 13rem)"
        emptyText="The server has written nothing yet."
      />
    </Page>
  );
}
