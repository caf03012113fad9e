import type { Environment } from '@emberlab/contract';
import { Stack, Text } from '@mantine/core';
import { Notice } from '../../ui/notice.tsx';
import { BuildProgress } from './revision-panel.tsx';
import { AnchorLink } from '../../ui/links.tsx';

/** Whether a server could start now or soon: there is a revision to use, or one is being made. */
export function isUsable(environment: Environment): boolean {
  return environment.current !== null || environment.latest?.state === 'building';
}

/** What people should know of the environment before they run Jupyter; nothing while all is well. */
export function EnvironmentNotice({ project, environment }: { project: string; environment: Environment }) {
  const { current, latest } = environment;
  if (latest === null || latest.state === 'ready') return null;
  const details = (
    <AnchorLink to="/projects/$project/settings/libraries" params={{ project }} size="sm">
      Python libraries
    </AnchorLink>
  );
  if (latest.state === 'building') {
    return (
      <Notice
        tone="info"
        title={
          current === null
            ? 'The Python environment is being made'
            : `Revision ${latest.number} of the Python environment is being made`
        }
        action={details}
      >
        <Stack gap={6}>
          <Text size="sm" c="dimmed">
            {current === null
              ? 'Jupyter can be started now; it waits until this is done.'
              : `Until it is done, Jupyter starts with revision ${current.number}.`}
          </Text>
          <BuildProgress revision={latest} />
        </Stack>
      </Notice>
    );
  }
  return (
    <Notice
      tone="bad"
      title={
        current === null
          ? 'The Python environment could not be made'
          : `Revision ${latest.number} of the Python environment could not be made`
      }
      action={details}
    >
      <Text size="sm">{latest.problem ?? 'The build log says more.'}</Text>
      {current !== null && (
        <Text size="sm" c="dimmed">
          Jupyter goes on with revision {current.number}.
        </Text>
      )}
    </Notice>
  );
}
