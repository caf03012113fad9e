import type { Environment, EnvironmentAlert, Revision } from '@emberlab/contract';
import { Group, Progress, Stack, Text } from '@mantine/core';
import { AnchorLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Duration } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { AlertActions } from './conflicts-notice.tsx';

/** Whether a server could start now or soon: there is a revision to use, or one is being made. */
export function isUsable(environment: Environment): boolean {
  return environment.current !== null || environment.latest?.state === 'building';
}

/** What people should know of the environment before they run Jupyter; nothing while all is well. */
export function EnvironmentNotice({ environment }: { environment: Environment }) {
  const { current, latest, alert } = environment;
  return (
    <>
      {alert !== null && alert.inJupyter > 0 && <JupyterConflicts alert={alert} />}
      {latest?.state === 'building' && <BeingMade current={current} latest={latest} />}
      {latest?.state === 'failed' && current === null && (
        <Notice tone="bad" title="The Python environment could not be made" action={<ToLibraries />}>
          {latest.problem ?? 'The build log says more.'}
        </Notice>
      )}
    </>
  );
}

function ToLibraries() {
  const { name } = useProject();
  return (
    <AnchorLink to="/projects/$project/settings/libraries" params={{ project: name }} size="sm">
      Python libraries
    </AnchorLink>
  );
}

/** Conflicts in what Jupyter and its kernels need. Others concern the page of the libraries alone. */
function JupyterConflicts({ alert }: { alert: EnvironmentAlert }) {
  return (
    <Notice
      tone="bad"
      title="Jupyter may not work: libraries that it needs are in conflict"
      action={
        <>
          <AlertActions />
          <ToLibraries />
        </>
      }
    >
      {alert.effects.map((effect) => (
        <Text size="sm" key={effect}>
          {effect}
        </Text>
      ))}
    </Notice>
  );
}

function BeingMade({ current, latest }: { current: Revision | null; latest: Revision }) {
  const percent = Math.round(latest.progress * 100);
  return (
    <Notice
      tone="info"
      title={
        current === null
          ? 'The Python environment is being made'
          : `Revision ${latest.number} of the Python environment is being made`
      }
      action={<ToLibraries />}
    >
      <Stack gap={6}>
        <Text size="sm" c="dimmed">
          {current === null
            ? 'Jupyter can be started now; it waits until this is done.'
            : `Until it is done, Jupyter starts with revision ${current.number}.`}
        </Text>
        <Group justify="space-between" gap="xs">
          <Text size="sm">{latest.step ?? 'Waiting to begin'}</Text>
          <Text size="sm" c="dimmed" className="el-tabular">
            {percent} % · <Duration from={latest.createdAt} to={null} />
          </Text>
        </Group>
        <Progress value={percent} size="sm" color="gray.6" aria-label="Progress of the Python environment" />
      </Stack>
    </Notice>
  );
}

/** That the environment has another revision now than a server that runs; nothing where it has the same. */
export function OtherRevision({ revision, environment }: { revision: number | null; environment: Environment }) {
  const { current } = environment;
  if (revision === null || current === null || current.number === revision) return null;
  return (
    <Notice
      tone="info"
      title={
        current.number > revision
          ? 'A newer revision of the Python environment is there'
          : 'The Python environment was restored'
      }
      action={<ToLibraries />}
    >
      This server keeps revision {revision}, with which it was started. To use revision {current.number}, stop Jupyter
      and run it again.
    </Notice>
  );
}
