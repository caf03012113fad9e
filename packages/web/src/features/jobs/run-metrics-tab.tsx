import { runMetricsQuery } from '../../lib/job-queries.ts';
import { useProject } from '../projects/project-context.ts';
import { ApplicationMetrics } from '../sessions/application-metrics.tsx';
import { useRun } from './job-context.ts';
import { isLive } from './run-state.ts';

/** Nothing tells when something new was measured of a run: it is asked for every so often, ms. */
const everyMs = 4000;

/** What was measured of a run's application. */
export function RunMetricsTab() {
  const { name: project } = useProject();
  const { id, state } = useRun();
  const live = isLive(state);
  return (
    <ApplicationMetrics
      query={{ ...runMetricsQuery(project, id), refetchInterval: live ? everyMs : false }}
      live={live}
      group={`run-${id}`}
    />
  );
}
