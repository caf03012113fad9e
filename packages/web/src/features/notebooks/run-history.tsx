import { kernelLabel, type NotebookRun, type RecentNotebook } from '@emberlab/contract';
import { Group, Modal, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { notebookRunsQuery, type Whose } from '../../lib/queries.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { formatExact } from '../../lib/time.ts';
import { countOf } from '../../lib/units.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { diffConfigurations } from './differences.ts';
import { notebookName } from './notebook-path.tsx';
import { ConfigurationText, OpenButton, Owner } from './notebook-rows.tsx';
import classes from './run-history.module.css';
import type { OpenNotebook } from './use-open-notebook.ts';

/** Every run of a notebook that is known, each with its configuration and what that changed. */
export function RunHistory({
  notebook,
  whose,
  opener,
  onClose,
}: {
  notebook: RecentNotebook | null;
  whose: Whose;
  opener: OpenNotebook | null;
  onClose: () => void;
}) {
  return (
    <Modal
      opened={notebook !== null}
      onClose={onClose}
      title={notebook === null ? '' : `Runs of ${notebookName(notebook.path)}`}
      size="lg"
    >
      {notebook !== null && <Runs notebook={notebook} whose={whose} opener={notebook.missing ? null : opener} />}
    </Modal>
  );
}

function Runs({ notebook, whose, opener }: { notebook: RecentNotebook; whose: Whose; opener: OpenNotebook | null }) {
  const project = useProject();
  const list = useInfiniteQuery(notebookRunsQuery(project.name, notebook.path, whose));
  if (list.isPending) return <RowsSkeleton rows={Math.min(notebook.runs, 5)} />;
  if (list.data === undefined) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const runs = list.data.pages.flatMap(({ items }) => items);
  return (
    <Stack gap={0}>
      <ol className={classes.runs} aria-label="Runs">
        {runs.map((run, index) => (
          <li key={run.id}>
            <Run run={run} before={runs[index + 1] ?? null} opener={opener} />
          </li>
        ))}
      </ol>
      <ShowMore list={list} />
    </Stack>
  );
}

function Run({ run, before, opener }: { run: NotebookRun; before: NotebookRun | null; opener: OpenNotebook | null }) {
  return (
    <Group justify="space-between" gap="xs" align="flex-start">
      <Stack gap={2} flex="1 1 16rem" miw={0}>
        <Text size="sm" component="div">
          <RelativeTime at={run.lastAt} fw={500} /> by <Owner run={run} />
        </Text>
        <Text size="xs" c="dimmed">
          {showHidden(kernelLabel(run.kernel))} · {countOf(run.executions, 'cell')} run
        </Text>
        <ConfigurationText run={run} />
        <Changes run={run} before={before} />
      </Stack>
      {opener !== null && <OpenButton run={run} opener={opener} when={`on ${formatExact(Date.parse(run.lastAt))}`} />}
    </Group>
  );
}

/** What the configuration changed since the run before. */
function Changes({ run, before }: { run: NotebookRun; before: NotebookRun | null }) {
  if (run.configuration === null || before === null || before.configuration === null) return null;
  const differences = diffConfigurations(before.configuration, run.configuration);
  if (differences.length === 0) return null;
  return (
    <Text
      size="xs"
      c="dimmed"
      className="el-break"
      component="ul"
      aria-label="Changed since the run before"
      m={0}
      pl="md"
    >
      {differences.map((one) => (
        <li key={one.key}>
          {one.label}: {one.before ?? 'not set'} → {one.after ?? 'not set'}
        </li>
      ))}
    </Text>
  );
}
