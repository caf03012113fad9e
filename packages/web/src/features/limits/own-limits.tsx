import type { LimitUse } from '@emberlab/contract';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { limitsQuery } from '../../lib/queries.ts';
import { Section } from '../../ui/page.tsx';
import { useProject } from '../projects/project-context.ts';
import { LimitBars } from './limit-bars.tsx';

const limited = (limits: readonly LimitUse[]): LimitUse[] => limits.filter(({ limit }) => limit !== null);

/** On the Jupyter page: what is limited for the caller and in the project. Nothing where nothing is. */
export function OwnLimits() {
  const project = useProject();
  const { data } = useQuery(limitsQuery(project.name));
  if (data === undefined) return null;
  const sides = [
    ['You, in all your projects', limited(data.own)],
    ['This project, all its members', limited(data.project)],
  ] as const;
  const shown = sides.filter(([, limits]) => limits.length > 0);
  if (shown.length === 0) return null;
  return (
    <Section title="Limits">
      <Stack gap="md">
        {shown.map(([label, limits]) => (
          <Stack key={label} gap={6}>
            <Text size="sm" fw={500}>
              {label}
            </Text>
            <LimitBars limits={limits} />
          </Stack>
        ))}
        <Text size="xs" c="dimmed">
          Memory and cores are those that servers and Spark drivers ask for. An administrator can change limits.
        </Text>
      </Stack>
    </Section>
  );
}

/** In the settings of a project: all that can be limited in it, with what is used. */
export function ProjectLimits() {
  const project = useProject();
  const { data } = useQuery(limitsQuery(project.name));
  if (data === undefined) return null;
  return (
    <Section title="Use and limits">
      <Stack gap="sm">
        <LimitBars limits={data.project} />
        <Text size="xs" c="dimmed">
          Of all members together. Memory and cores are those that servers and Spark drivers ask for. An administrator
          can change limits.
        </Text>
      </Stack>
    </Section>
  );
}
