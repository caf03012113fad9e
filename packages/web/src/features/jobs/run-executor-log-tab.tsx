import { routePath } from '@emberlab/contract';
import { getRouteApi } from '@tanstack/react-router';
import { useProject } from '../projects/project-context.ts';
import { ExecutorLog } from '../sessions/executor-log.tsx';
import { useRun } from './job-context.ts';
import { isLive } from './run-state.ts';

const route = getRouteApi('/user/frame/projects/$project/jobs/runs/$run/spark/executors/$executor/log');

/** The logs of an executor of a run. */
export function RunExecutorLogTab() {
  const { name: project } = useProject();
  const { id, state } = useRun();
  const { executor } = route.useParams();
  const { stream = 'stderr' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <ExecutorLog
      executor={executor}
      stream={stream}
      url={routePath('executions.executorLog', { params: { project, id, executor }, query: { stream } })}
      live={isLive(state)}
      downloadName={`${project}-run-${id}-${executor}-${stream}.log`}
      onStream={(next) => void navigate({ search: { stream: next }, replace: true })}
    />
  );
}
