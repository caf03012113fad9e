import { routePath } from '@emberlab/contract';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { useProject } from '../projects/project-context.ts';
import { useApplication } from './application-context.ts';
import { isLive } from './session-state.ts';

/** The driver's log of an application. */
export function LogTab() {
  const { name: project } = useProject();
  const session = useApplication();
  return (
    <LogStreamView
      key={session.id}
      url={routePath('sessions.log', { params: { project, id: session.id } })}
      live={isLive(session)}
      label="Driver log"
      downloadName={`${project}-${session.id}-driver.log`}
      height="calc(100dvh - 17rem)"
      emptyText="The driver has written nothing yet."
    />
  );
}
