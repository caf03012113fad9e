import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { runQuery } from '../../lib/job-queries.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { OpeningSparkUi } from '../sessions/opening-spark-ui.tsx';
import { isLive } from './run-state.ts';

const route = getRouteApi('/user/projects/$project/jobs/runs/$run/ui');

/** A tab on its way to the Spark UI of a run. */
export function RunUiPage() {
  const { project, run: id } = route.useParams();
  const run = useQuery({ ...runQuery(project, Number(id)), retry: false }).data;
  return (
    <OpeningSparkUi
      ask={() => api.call('executions.openUi', { params: { project, id } })}
      ended={run !== undefined && !isLive(run.state) ? `Run ${run.id} of ${showHidden(run.jobName)}` : null}
    >
      <AnchorLink to="/projects/$project/jobs/runs/$run" params={{ project, run: id }} size="sm">
        Run {id}
      </AnchorLink>
    </OpeningSparkUi>
  );
}
