import type { Session } from '@emberlab/contract';
import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconExternalLink } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { mayRun, useProject } from '../projects/project-context.ts';
import { isLive, sessionTitle } from './session-state.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ButtonLink } from '../../ui/links.tsx';

/** What can be done with an application: look at its Spark UI, log and metrics, stop it. `showTabs`: whether to lead to its own page. */
export function SessionActions({ session, showTabs = true }: { session: Session; showTabs?: boolean }) {
  const project = useProject();
  const [confirming, confirm] = useDisclosure(false);
  const params = { project: project.name, id: String(session.id) };
  const title = sessionTitle(session);
  const stoppable =
    isLive(session) &&
    session.state !== 'shutting_down' &&
    mayRun(project) &&
    (session.mine || project.role === 'owner');
  return (
    <Group gap={6} justify="flex-end">
      {session.uiAvailable && (
        <ButtonLink
          size="compact-sm"
          to="/projects/$project/applications/$id/ui"
          params={params}
          target="_blank"
          rel="noopener"
          preload={false}
          aria-label={`Spark UI of ${title}`}
          rightSection={<IconExternalLink size={13} aria-hidden="true" />}
        >
          Spark UI
        </ButtonLink>
      )}
      {session.external !== null && session.external.sparkUiUrl !== null && (
        <ExternalLink href={session.external.sparkUiUrl} label={`Spark UI of ${title}`}>
          Spark UI
        </ExternalLink>
      )}
      {showTabs && (
        <ButtonLink
          size="compact-sm"
          to="/projects/$project/applications/$id/log"
          params={params}
          aria-label={`Log of ${title}`}
        >
          Log
        </ButtonLink>
      )}
      {showTabs && session.external === null && (
        <ButtonLink
          size="compact-sm"
          to="/projects/$project/applications/$id/metrics"
          params={params}
          aria-label={`Metrics of ${title}`}
        >
          Metrics
        </ButtonLink>
      )}
      {stoppable && (
        <Button size="compact-sm" onClick={confirm.open} aria-label={`Stop ${title}`}>
          Stop
        </Button>
      )}
      <StopDialog session={session} opened={confirming} onClose={confirm.close} />
    </Group>
  );
}

/** Leads to where the project's Livy says: to a place that is not ours, and that learns nothing of where one comes from. */
export function ExternalLink({ href, label, children }: { href: string; label: string; children: string }) {
  return (
    <Button
      component="a"
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      size="compact-sm"
      aria-label={label}
      title={href}
      rightSection={<IconExternalLink size={13} aria-hidden="true" />}
    >
      {children}
    </Button>
  );
}

function StopDialog({ session, opened, onClose }: { session: Session; opened: boolean; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: (id: number) => api.call('sessions.stop', { params: { project, id } }),
    onSuccess: (answer) => {
      applyEvent(client, project, { type: 'session', session: answer });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      asking={opened ? session.id : null}
      doing={stop}
      title="Stop this Spark application?"
      action="Stop"
      failed="The application was not stopped"
      onClose={onClose}
    >
      <Text size="sm" className="el-break" style={{ whiteSpace: 'normal', textAlign: 'left' }}>
        <b>{sessionTitle(session)}</b> loses the values of its variables and whatever it is computing. The notebook
        itself stays.
      </Text>
    </ConfirmDialog>
  );
}
