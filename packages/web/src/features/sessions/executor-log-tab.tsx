import { routePath, type ExecutorStream } from '@emberlab/contract';
import { Group, SegmentedControl, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { showHidden } from '../../lib/log-lines.ts';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { useProject } from '../projects/project-context.ts';
import { useApplication } from './application-context.ts';
import { isLive } from './session-state.ts';

const route = getRouteApi('/user/frame/projects/$project/applications/$id/executors/$executor/log');

/** One of the two logs of an executor; Spark writes to stderr. */
export function ExecutorLogTab() {
  const { name: project } = useProject();
  const session = useApplication();
  const { executor } = route.useParams();
  const stream: ExecutorStream = route.useSearch().stream ?? 'stderr';
  const navigate = route.useNavigate();
  const name = executor === 'driver' ? 'the driver' : `executor ${showHidden(executor)}`;
  const url = routePath('sessions.executorLog', { params: { project, id: session.id, executor }, query: { stream } });
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Title order={2} size="sm">
          Log of {name}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="Which log"
          data={['stderr', 'stdout']}
          value={stream}
          onChange={(value) =>
            void navigate({ search: { stream: value === 'stdout' ? value : undefined }, replace: true })
          }
        />
      </Group>
      <LogStreamView
        key={url}
        url={url}
        live={isLive(session)}
        label={`Log of ${name}`}
        downloadName={`${project}-${session.id}-${executor}-${stream}.log`}
        height="calc(100dvh - 20rem)"
        emptyText="It has written nothing yet."
      />
    </>
  );
}
