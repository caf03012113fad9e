import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { api } from '../../lib/api.ts';
import { sessionQuery } from '../../lib/queries.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { OpeningSparkUi } from './opening-spark-ui.tsx';
import { isLive, sessionTitle } from './session-state.ts';

const route = getRouteApi('/user/projects/$project/applications/$id/ui');

/** A tab on its way to the Spark UI of a notebook's application. */
export function SparkUiPage() {
  const { project, id } = route.useParams();
  const session = useQuery({ ...sessionQuery(project, Number(id)), retry: false }).data;
  return (
    <OpeningSparkUi
      ask={() => api.call('sessions.openUi', { params: { project, id } })}
      ended={session !== undefined && !isLive(session) ? sessionTitle(session) : null}
    >
      <AnchorLink to="/projects/$project/applications" params={{ project }} size="sm">
        Applications of {project}
      </AnchorLink>
    </OpeningSparkUi>
  );
}
