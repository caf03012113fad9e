import type { EnvironmentAlert, LibraryConflicts } from '@emberlab/contract';
import { Button, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { countOf } from '../../lib/units.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { conflictsQuery } from './queries.ts';
import { RepairButton } from './repair-button.tsx';

/** How many lines of a list are shown before somebody asks for all. */
const atFirst = 4;

/** What the alert is called: conflicts weigh more than what somebody has done by hand. */
function alertTitle({ conflicts, differences }: EnvironmentAlert): string {
  if (conflicts > 0) return `The Python environment has ${countOf(conflicts, 'conflict')}`;
  return `${countOf(differences, 'package')} ${differences === 1 ? 'is' : 'are'} not as the lock has ${differences === 1 ? 'it' : 'them'}`;
}

/** What an owner can do about an alert; others are told whom to ask. */
export function AlertActions() {
  const project = useProject();
  if (!mayManage(project)) {
    return (
      <Text size="sm" c="dimmed">
        Please ask an owner of the project to repair it.
      </Text>
    );
  }
  return (
    <>
      <RepairButton />
      <ButtonLink size="xs" to="/projects/$project/settings/libraries/history" params={{ project: project.name }}>
        Restore…
      </ButtonLink>
    </>
  );
}

/** What is wrong with the environment in use, and what to do about it. */
export function ConflictsNotice({ alert }: { alert: EnvironmentAlert }) {
  const project = useProject();
  const details = useQuery(conflictsQuery(project.name));
  const [all, { open }] = useDisclosure(false);
  const lines =
    details.data === undefined
      ? []
      : [...details.data.conflicts.map(spell), ...details.data.differences.map(spellDifference)];
  const shown = all ? lines : lines.slice(0, atFirst);
  return (
    <Notice tone={alert.conflicts > 0 ? 'bad' : 'warning'} title={alertTitle(alert)} action={<AlertActions />}>
      <Stack gap={6}>
        {alert.effects.map((effect) => (
          <Text size="sm" key={effect}>
            {effect}
          </Text>
        ))}
        {alert.conflicts === 0 && (
          <Text size="sm">Somebody has used pip in a terminal. New revisions will not have that.</Text>
        )}
        {details.data === undefined && details.isError && (
          <ErrorState error={details.error} onRetry={() => void details.refetch()} />
        )}
        {shown.length > 0 && (
          <List size="sm" aria-label="What is wrong">
            {shown.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        )}
        {lines.length > shown.length && (
          <div>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={open}>
              Show all {lines.length}
            </Button>
          </div>
        )}
      </Stack>
    </Notice>
  );
}

function spell(conflict: LibraryConflicts['conflicts'][number]): string {
  const { name, requirement, installed, neededBy, neededByVersion } = conflict;
  const needs = `${neededBy} ${neededByVersion} needs ${requirement}`;
  return installed === null ? `${needs}; ${name} is missing.` : `${needs}; ${name} ${installed} is installed.`;
}

function spellDifference({ name, locked, installed }: LibraryConflicts['differences'][number]): string {
  if (installed === null) return `${name} ${locked ?? ''} is missing: it was removed in a terminal.`;
  if (locked === null) return `${name} ${installed} was installed in a terminal.`;
  return `${name} is ${installed} instead of ${locked}: it was changed in a terminal.`;
}
