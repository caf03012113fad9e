import { metricsQuery } from '../../lib/queries.ts';
import { useProject } from '../projects/project-context.ts';
import { useApplication } from './application-context.ts';
import { ApplicationMetrics } from './application-metrics.tsx';
import { isLive } from './session-state.ts';

/** What was measured of an application of a notebook. */
export function MetricsTab() {
  const { name: project } = useProject();
  const session = useApplication();
  return (
    <ApplicationMetrics
      query={metricsQuery(project, session.id)}
      live={isLive(session)}
      group={`application-${session.id}`}
    />
  );
}
