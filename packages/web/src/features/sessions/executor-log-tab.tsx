import { routePath } from '@emberlab/contract';
import { getRouteApi } from '@tanstack/react-router';
import { useProject } from '../projects/project-context.ts';
import { useApplication } from './application-context.ts';
import { ExecutorLog } from './executor-log.tsx';
import { isLive } from './session-state.ts';

const route = getRouteApi('/user/frame/projects/$project/applications/$id/executors/$executor/log');

/** The logs of an executor of an application of a notebook. */
export function ExecutorLogTab() {
  const { name: project } = useProject();
  const session = useApplication();
  const { executor } = route.useParams();
  const { stream = 'stderr' } = route.useSearch();
  const navigate = route.useNavigate();
  const { id } = session;
  return (
    <ExecutorLog
      executor={executor}
      stream={stream}
      url={routePath('sessions.executorLog', { params: { project, id, executor }, query: { stream } })}
      live={isLive(session)}
      downloadName={`${project}-${id}-${executor}-${stream}.log`}
      onStream={(next) => void navigate({ search: { stream: next }, replace: true })}
    />
  );
}
