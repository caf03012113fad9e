import { routePath } from '@emberlab/contract';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { useProject } from '../projects/project-context.ts';
import { useRun } from './job-context.ts';
import { isLive } from './run-state.ts';

/** The log of a run, as it is written. */
export function RunLogTab() {
  const { name: project } = useProject();
  const { id, state } = useRun();
  return (
    <LogStreamView
      key={id}
      url={routePath('executions.log', { params: { project, id } })}
      live={isLive(state)}
      label="Log of the run"
      downloadName={`${project}-run-${id}.log`}
      height="calc(100dvh - 21rem)"
      emptyText="The run has written nothing yet."
    />
  );
}
