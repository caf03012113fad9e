import { routePath, type Environment, type EnvironmentOperation, type Revision } from '@emberlab/contract';
import { Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { isOpen } from '../../lib/environment-news.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import classes from './changes.module.css';
import { CancelButton, ChangeList, OperationFacts, OperationProgress } from './operation-parts.tsx';
import { operationsQuery } from './queries.ts';
import { operationStates, spellChanges } from './texts.ts';

/** What is being changed now with its log, what waits, and what became of the last change that this page has seen. */
export function OperationPanel({ environment }: { environment: Environment | undefined }) {
  const project = useProject();
  const operations = useInfiniteQuery(operationsQuery(project.name));
  const all = operations.data?.pages.flatMap(({ items }) => items) ?? [];
  const open = all.filter(isOpen).toReversed();
  const running = open.find(({ state }) => state === 'running');
  const [watched, setWatched] = useState<string | null>(null);
  const [dismissed, setDismissed] = useState<string | null>(null);
  if (running !== undefined && running.id !== watched) setWatched(running.id);
  const last = all.find((operation) => !isOpen(operation));
  const lastMatters = last !== undefined && (last.id === watched || last.state === 'failed') && last.id !== dismissed;
  if (operations.data === undefined) return <Fallback environment={environment} />;
  return (
    <>
      {open.length > 0 && <OpenOperations running={running} waiting={open.filter(({ state }) => state === 'queued')} />}
      {lastMatters && running === undefined && (
        <Result operation={last} inUse={environment?.current ?? null} onDismiss={() => setDismissed(last.id)} />
      )}
      {open.length === 0 && all.length === 0 && <Fallback environment={environment} />}
    </>
  );
}

function OpenOperations({
  running,
  waiting,
}: {
  running: EnvironmentOperation | undefined;
  waiting: readonly EnvironmentOperation[];
}) {
  const { name: project } = useProject();
  return (
    <Section
      title={running?.title ?? 'Changes that wait'}
      aside={running !== undefined && <StateBadge {...operationStates.running} />}
    >
      <Stack gap="sm">
        {running !== undefined && (
          <>
            <OperationProgress operation={running} />
            <Group justify="space-between" gap="xs">
              <OperationFacts operation={running} />
              <CancelButton operation={running} />
            </Group>
            <LogStreamView
              key={running.id}
              url={routePath('environment.operationLog', { params: { project, id: running.id } })}
              live
              label={`Log of ${running.title}`}
              downloadName={`${project}-libraries.log`}
              height="12rem"
              emptyText="Nothing is written yet."
            />
          </>
        )}
        {waiting.length > 0 && (
          <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Changes that wait">
            {waiting.map((operation) => (
              <Group component="li" key={operation.id} justify="space-between" gap="xs">
                <Stack gap={0} miw={0} flex={1}>
                  <Text size="sm" className="el-break">
                    {operation.title}
                  </Text>
                  <OperationFacts operation={operation} />
                </Stack>
                <StateBadge
                  tone="wait"
                  label={operation.position === null ? 'Waiting' : `Waiting, place ${operation.position}`}
                />
                <CancelButton operation={operation} />
              </Group>
            ))}
          </Stack>
        )}
      </Stack>
    </Section>
  );
}

/** What became of a change. */
function Result({
  operation,
  inUse,
  onDismiss,
}: {
  operation: EnvironmentOperation;
  inUse: Revision | null;
  onDismiss: () => void;
}) {
  const { name: project } = useProject();
  const kept =
    inUse === null ? 'There is no environment yet: More → Recreate tries again.' : 'What was in use still is.';
  const { state, title, problem, revision, changes } = operation;
  const log = (
    <ButtonLink
      size="xs"
      to="/projects/$project/settings/libraries/operations"
      params={{ project }}
      search={{ operation: operation.id }}
    >
      Log
    </ButtonLink>
  );
  if (state === 'failed') {
    return (
      <Notice tone="bad" title={`${title}: this failed`} action={log} onDismiss={onDismiss}>
        <Text size="sm" className={classes.lines}>
          {problem ?? 'Its log says more.'}
        </Text>
        <Text size="sm" c="dimmed">
          {kept}
        </Text>
      </Notice>
    );
  }
  if (state === 'cancelled') {
    return (
      <Notice tone="info" title={`${title}: cancelled`} action={log} onDismiss={onDismiss}>
        {kept}
      </Notice>
    );
  }
  return (
    <Notice tone="info" title={`${title}: done`} action={log} onDismiss={onDismiss}>
      <Stack gap={4}>
        <Text size="sm">
          {revision === null ? '' : `Revision ${revision} is in use now: `}
          {spellChanges(changes ?? [])}. Servers that run keep the revision with which they were started.
        </Text>
        <ChangeList changes={changes ?? []} />
      </Stack>
    </Notice>
  );
}

/** What is said where there is no list of changes: an environment that is being made for the first time, or could not be. */
function Fallback({ environment }: { environment: Environment | undefined }) {
  const project = useProject();
  if (environment === undefined || environment.current !== null) return null;
  const { latest } = environment;
  if (latest?.state === 'building') return <Notice tone="info">The Python environment is being made.</Notice>;
  return (
    <Notice tone="warning" title="There is no Python environment yet">
      {latest?.problem ??
        (mayManage(project) ? 'More → Recreate makes it.' : 'An owner of the project makes it with Recreate.')}
    </Notice>
  );
}
