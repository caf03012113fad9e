import type { Environment, Revision } from '@emberlab/contract';
import { Button, DataList, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPackage, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api } from '../../lib/api.ts';
import { readLog } from '../../lib/log-lines.ts';
import { environmentLogQuery, environmentQuery, keys, putAnswer } from '../../lib/queries.ts';
import { countOf } from '../../lib/units.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { LogView } from '../../ui/log-view.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { BuildProgress } from './revision-panel.tsx';

const stateTexts: Readonly<Record<Revision['state'], { label: string; tone: Tone }>> = {
  building: { label: 'Being made', tone: 'wait' },
  ready: { label: 'Ready', tone: 'ok' },
  failed: { label: 'Failed', tone: 'bad' },
};

/** The project's Python environment: what is in use, what is being made, and what the last build printed. */
export function LibrariesPage() {
  const project = useProject();
  const environment = useQuery(environmentQuery(project.name));
  const [confirming, confirm] = useDisclosure(false);
  const building = environment.data?.latest?.state === 'building';
  return (
    <Page
      title="Python libraries"
      tab={project.label}
      description="The Python environment that Jupyter and Spark use in this project."
      actions={
        mayManage(project) && (
          <Button
            leftSection={<IconRefresh size={16} />}
            onClick={confirm.open}
            disabled={building || !environment.isSuccess}
          >
            Rebuild
          </Button>
        )
      }
    >
      {environment.data !== undefined ? (
        <Revisions environment={environment.data} />
      ) : environment.isError ? (
        <ErrorState error={environment.error} onRetry={() => void environment.refetch()} />
      ) : (
        <Skeleton height={190} radius="md" />
      )}
      <BuildLog building={building} revision={environment.data?.latest ?? null} />
      <RebuildDialog opened={confirming} onClose={confirm.close} />
    </Page>
  );
}

function Revisions({ environment: { current, latest } }: { environment: Environment }) {
  if (latest === null) {
    return (
      <Section title="Environment">
        <EmptyState icon={<IconPackage size={32} />} title="There is no environment yet">
          An owner of the project makes it with Rebuild.
        </EmptyState>
      </Section>
    );
  }
  return (
    <Stack>
      {latest.state === 'failed' && (
        <Notice tone="bad" title={`Revision ${latest.number} could not be made`}>
          <Text size="sm">{latest.problem ?? 'The build log below says more.'}</Text>
          {current !== null && (
            <Text size="sm" c="dimmed">
              Revision {current.number} stays in use.
            </Text>
          )}
        </Notice>
      )}
      {latest.id !== current?.id && latest.state === 'building' && (
        <Section title={`Revision ${latest.number}`} aside={<StateBadge {...stateTexts[latest.state]} />}>
          <BuildProgress revision={latest} />
        </Section>
      )}
      {current !== null && <CurrentRevision revision={current} />}
    </Stack>
  );
}

function CurrentRevision({ revision }: { revision: Revision }) {
  return (
    <Section title={`Revision ${revision.number}`} aside={<StateBadge tone="ok" label="In use" />}>
      <DataList orientation="horizontal" size="sm" labelWidth={140}>
        <DataList.Item>
          <DataList.ItemLabel>Python version</DataList.ItemLabel>
          <DataList.ItemValue className="el-tabular">{revision.pythonVersion ?? 'not known'}</DataList.ItemValue>
        </DataList.Item>
        <DataList.Item>
          <DataList.ItemLabel>Installed</DataList.ItemLabel>
          <DataList.ItemValue className="el-tabular">
            {revision.packages === null ? 'not known' : countOf(revision.packages, 'package')}
          </DataList.ItemValue>
        </DataList.Item>
        <DataList.Item>
          <DataList.ItemLabel>Ready since</DataList.ItemLabel>
          <DataList.ItemValue>
            <RelativeTime at={revision.readyAt ?? revision.createdAt} />
          </DataList.ItemValue>
        </DataList.Item>
      </DataList>
    </Section>
  );
}

function BuildLog({ building, revision }: { building: boolean; revision: Revision | null }) {
  const project = useProject();
  const client = useQueryClient();
  const log = useQuery({ ...environmentLogQuery(project.name), refetchInterval: building ? 1500 : false });
  const content = useMemo(() => readLog(log.data?.text ?? ''), [log.data?.text]);
  // The last lines are written between the last look and the end.
  const state = `${revision?.id} ${revision?.state}`;
  useEffect(() => {
    void client.invalidateQueries({ queryKey: keys.environmentLog(project.name) });
  }, [client, project.name, state]); // oxlint-disable-line react/exhaustive-effect-dependencies, react-hooks/exhaustive-deps -- `state` is when, not what
  if (log.isError && log.data === undefined) {
    return (
      <ErrorState error={log.error} title="The build log could not be loaded" onRetry={() => void log.refetch()} />
    );
  }
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text fw={600} size="sm" component="h2" m={0}>
          Build log
        </Text>
        {log.data?.truncated === true && (
          <Text size="xs" c="dimmed">
            The beginning was left out.
          </Text>
        )}
      </Group>
      <LogView
        label="Build log"
        content={content}
        status={log.isPending ? 'loading' : building ? 'following' : 'ended'}
        downloadName={`${project.name}-environment.log`}
        height="22rem"
        emptyText="No build has written anything yet."
      />
    </Stack>
  );
}

function RebuildDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const project = useProject();
  const client = useQueryClient();
  const rebuild = useMutation({
    mutationFn: async () => {
      const sentAt = Date.now();
      return { answer: await api.call('environment.rebuild', { params: { project: project.name } }), sentAt };
    },
    onSuccess: ({ answer, sentAt }) => {
      putAnswer(client, keys.environment(project.name), answer, sentAt);
      onClose();
    },
  });
  const close = (): void => {
    rebuild.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title="Rebuild the Python environment?">
      <Stack>
        <Text size="sm">
          A new revision is made from the base set beside the one in use. What runs now is not touched; servers started
          afterwards use the new revision.
        </Text>
        <ActionError error={rebuild.error} title="The build was not begun" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={close}>Cancel</Button>
          <Button variant="filled" loading={rebuild.isPending} onClick={() => rebuild.mutate()}>
            Rebuild
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
