import { configurationTypeLabels, routePath, type Server, type ServerLimits } from '@emberlab/contract';
import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { IconExternalLink, IconPlayerStop, IconX } from '@tabler/icons-react';
import { Suspense } from 'react';
import { placeQuery } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Duration } from '../../ui/times.tsx';
import { ConfigurationSummary } from '../configurations/configuration-summary.tsx';
import { useProject } from '../projects/project-context.ts';
import { DriverAhead } from './driver-ahead.tsx';
import { spellLimitedBy, spellLimits } from './limits.ts';
import { ServerLogsButton } from './server-logs-button.tsx';
import { serverStateLabels, serverTones } from './server-state.ts';
import { ServerTime } from './server-time.tsx';
import { MemoryEndNotice, ServerUse } from './server-use.tsx';
import { StartSteps } from './start-steps.tsx';
import { spellStopReason } from './time-left.ts';
import type { ServerActions } from './use-server-actions.ts';
import { lazily } from '../../ui/lazily.ts';

// What shows logs is much, and the page is there before it.
const LogStreamView = lazily(() => import('../../ui/log-stream-view.tsx'), 'LogStreamView');
const logHeight = '15rem';

/** What the server is, in a line: `JupyterLab · Spark/PySpark · Large · revision 7`. */
function describe(server: Server): string {
  const parts = ['JupyterLab', configurationTypeLabels[server.configuration.type]];
  if (server.profile !== null) parts.push(server.profile.label);
  if (server.revision !== null) parts.push(`revision ${server.revision}`);
  return parts.join(' · ');
}

const stateBadge = (server: Server) => (
  <StateBadge tone={serverTones[server.state]} label={serverStateLabels[server.state]} />
);

function ReadOnlyConfiguration({ server, remark }: { server: Server; remark: string }) {
  const project = useProject();
  const place = useQuery(placeQuery(project.name));
  return (
    <Section
      title="Configuration"
      aside={
        <Text size="xs" c="dimmed">
          {remark}
        </Text>
      }
    >
      <ConfigurationSummary
        configuration={server.configuration}
        place={place.data}
        profile={server.profile?.label}
        own
        capacity
        {...(server.limits === null ? {} : { limits: <Limits limits={server.limits} /> })}
      />
    </Section>
  );
}

function Limits({ limits }: { limits: ServerLimits }) {
  return (
    <Stack gap={0}>
      {spellLimits(limits)}
      <Text size="xs" c="dimmed">
        {spellLimitedBy(limits)}
      </Text>
    </Stack>
  );
}

/** A server on its way up: what is being done and what it writes. */
export function StartingServer({ server, actions }: { server: Server; actions: ServerActions }) {
  const { name } = useProject();
  return (
    <Stack>
      <Section title="Jupyter server" aside={stateBadge(server)}>
        <Stack gap="md">
          {actions.blocked && (
            <Notice tone="warning">
              Your browser blocked the new tab. Open Jupyter will be here as soon as it runs.
            </Notice>
          )}
          <StartSteps server={server} />
          <Group gap="xs">
            <Button leftSection={<IconX size={16} />} onClick={actions.stop.run} loading={actions.stop.pending}>
              Cancel
            </Button>
            <ServerLogsButton />
          </Group>
          <ActionError error={actions.stop.error} title="The start was not cancelled" />
          <Suspense fallback={<Skeleton height={logHeight} />}>
            <LogStreamView
              key={`${server.id} ${server.startedAt}`}
              url={routePath('jupyter.log', { params: { project: name } })}
              live
              label="Server log"
              downloadName={`${name}-jupyter.log`}
              height={logHeight}
            />
          </Suspense>
        </Stack>
      </Section>
      <ReadOnlyConfiguration server={server} remark="Read-only while starting: cancel to change" />
    </Stack>
  );
}

/** A server that is being ended. */
export function StoppingServer({ server }: { server: Server }) {
  return (
    <Stack>
      <Section title="Jupyter server" aside={stateBadge(server)}>
        <Stack gap="sm">
          <Group gap="xs">
            <ServerLogsButton />
          </Group>
          <Text size="sm" c="dimmed">
            {spellStopReason(server.stopReason, server)} Its kernels and their Spark applications are being ended.
          </Text>
        </Stack>
      </Section>
      <ReadOnlyConfiguration server={server} remark="Read-only until it has stopped" />
    </Stack>
  );
}

/** A server that answers. */
export function RunningServer({ server, actions }: { server: Server; actions: ServerActions }) {
  const [confirming, confirm] = useDisclosure(false);
  return (
    <Stack>
      <Section title="Jupyter server" aside={stateBadge(server)}>
        <Stack gap="sm">
          {actions.blocked && (
            <Notice tone="warning" title="Your browser blocked the new tab">
              Please press Open Jupyter, or allow pop-ups of this site.
            </Notice>
          )}
          <MemoryEndNotice server={server} />
          <Group gap="xs">
            <Button
              variant="filled"
              rightSection={<IconExternalLink size={15} aria-hidden="true" />}
              onClick={actions.open}
            >
              Open Jupyter
            </Button>
            <Button leftSection={<IconPlayerStop size={16} />} onClick={confirm.open} loading={actions.stop.pending}>
              Stop
            </Button>
            <ServerLogsButton />
          </Group>
          <Text size="sm" c="dimmed">
            {describe(server)}
            {server.readyAt !== null && (
              <>
                {' '}
                · up for <Duration from={server.readyAt} to={null} />
              </>
            )}
          </Text>
          <ServerTime server={server} />
          <ServerUse server={server} />
          <DriverAhead />
          <ActionError error={actions.stop.error} title="Jupyter was not stopped" />
        </Stack>
      </Section>
      <ReadOnlyConfiguration server={server} remark="Read-only while running: stop to change" />
      <Modal opened={confirming} onClose={confirm.close} title="Stop Jupyter?">
        <Stack>
          <Text size="sm">
            All kernels of this server and their Spark applications end, and with them the values of their variables.
            Notebooks and files stay; changes that were not saved in JupyterLab are lost.
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button onClick={confirm.close}>Cancel</Button>
            <Button
              variant="filled"
              color="red.8"
              onClick={() => {
                confirm.close();
                actions.stop.run();
              }}
            >
              Stop
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  );
}
