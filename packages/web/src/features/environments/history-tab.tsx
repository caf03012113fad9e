import { routePath, type RevisionEntry } from '@emberlab/contract';
import { Anchor, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { countOf } from '../../lib/units.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import classes from './history-tab.module.css';
import { ChangeList } from './operation-parts.tsx';
import { revisionsQuery } from './queries.ts';
import { RestoreDialog } from './restore-dialog.tsx';
import { spellChanges } from './texts.ts';

const atOnce = 20;

/** Every revision that worked, the newest first: who made it, when, by what, and what it changed. */
export function HistoryTab() {
  const project = useProject();
  const revisions = useQuery(revisionsQuery(project.name));
  const [shown, setShown] = useState(atOnce);
  const [restoring, setRestoring] = useState<RevisionEntry | null>(null);
  if (revisions.data === undefined && revisions.isError) {
    return <ErrorState error={revisions.error} onRetry={() => void revisions.refetch()} />;
  }
  const all = revisions.data?.items ?? [];
  return (
    <Paper component="section" aria-label="History" style={{ overflow: 'hidden' }}>
      {revisions.data === undefined ? (
        <RowsSkeleton rows={5} />
      ) : all.length === 0 ? (
        <EmptyState icon={<IconHistory size={30} />} title="No revision yet">
          Each change of the environment makes one, and each can be restored.
        </EmptyState>
      ) : (
        <ol className={classes.timeline} aria-label="Revisions, the newest first">
          {all.slice(0, shown).map((revision) => (
            <li key={revision.number} className={classes.entry} data-current={revision.current}>
              <Entry revision={revision} onRestore={() => setRestoring(revision)} />
            </li>
          ))}
        </ol>
      )}
      {all.length > shown && (
        <Group justify="center" p="sm">
          <Button size="xs" onClick={() => setShown(shown + 4 * atOnce)}>
            Show more
          </Button>
        </Group>
      )}
      <RestoreDialog revision={restoring} onClose={() => setRestoring(null)} />
    </Paper>
  );
}

function Entry({ revision, onRestore }: { revision: RevisionEntry; onRestore: () => void }) {
  const project = useProject();
  const { number, current, by, title, operation, readyAt, createdAt, changes, packages, uses } = revision;
  const facts = [
    ...(packages === null ? [] : [countOf(packages, 'package')]),
    ...(uses === 0 ? [] : [`in use by ${uses}`]),
  ];
  return (
    <Stack gap={6} flex={1} miw={0}>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Stack gap={0} miw={0}>
          <Group gap="sm">
            <Text span size="sm" fw={600}>
              Revision {number}
            </Text>
            {current && <StateBadge tone="ok" label="In use" />}
          </Group>
          <Text size="sm" className="el-break">
            {title ?? 'Made before changes were written down'}
          </Text>
          <Text size="xs" c="dimmed" className="el-break">
            {by ?? 'Emberlab'} · <RelativeTime at={readyAt ?? createdAt} />
            {facts.length > 0 && ` · ${facts.join(' · ')}`}
          </Text>
        </Stack>
        {!current && mayManage(project) && (
          <Button size="compact-sm" onClick={onRestore} aria-label={`Restore revision ${number}`}>
            Restore
          </Button>
        )}
      </Group>
      {changes !== null && (
        <Text size="sm" c="dimmed">
          {spellChanges(changes)}
        </Text>
      )}
      {changes !== null && <ChangeList changes={changes} />}
      <Group gap="md">
        {operation !== null && (
          <AnchorLink
            size="sm"
            to="/projects/$project/settings/libraries/operations"
            params={{ project: project.name }}
            search={{ operation }}
            aria-label={`Log of revision ${number}`}
          >
            Log
          </AnchorLink>
        )}
        <Anchor
          size="sm"
          download
          aria-label={`Lock file of revision ${number}`}
          href={routePath('environment.export', {
            params: { project: project.name },
            query: { format: 'lock', revision: String(number) },
          })}
        >
          Lock file
        </Anchor>
      </Group>
    </Stack>
  );
}
