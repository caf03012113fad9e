import type { LivySettings } from '@emberlab/contract';
import { Code, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { livyQuery } from '../../lib/queries.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { LivySettingsForm } from './livy-form.tsx';
import { mayManage, useProject } from './project-context.ts';

/** Where the project's Spark sessions run: on Emberlab, or on a Livy. Owners set it, others see it. */
export function LivySection() {
  const project = useProject();
  const settings = useQuery(livyQuery(project.name));
  return (
    <Section title="Where Spark runs">
      {settings.isPending ? (
        <Skeleton height={60} />
      ) : settings.isError ? (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
      ) : mayManage(project) ? (
        // What somebody else has saved meanwhile is shown anew.
        <LivySettingsForm key={settings.data.server?.changedAt ?? ''} settings={settings.data} />
      ) : (
        <LivySummary settings={settings.data} />
      )}
    </Section>
  );
}

function LivySummary({ settings: { server } }: { settings: LivySettings }) {
  if (server === null) return <Text size="sm">Spark sessions run on drivers of Emberlab itself.</Text>;
  return (
    <Stack gap={4}>
      <Text size="sm">
        New Spark sessions run on an Apache Livy, at <Code className="el-break">{server.url}</Code>
      </Text>
      <Text size="sm" c="dimmed">
        Python and its libraries are the cluster’s there, not the project’s.
      </Text>
    </Stack>
  );
}
