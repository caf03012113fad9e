import { jobTypeLabels, type Execution, type SessionExecutor } from '@emberlab/contract';
import { Group, Paper } from '@mantine/core';
import { IconApps, IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { runExecutorsQuery } from '../../lib/job-queries.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { useProject } from '../projects/project-context.ts';
import { ApplicationRows, type ApplicationView } from '../sessions/application-rows.tsx';
import { Executors } from '../sessions/executor-rows.tsx';
import { useRun } from './job-context.ts';
import { badgeOf, isLive } from './run-state.ts';

/** Tasks come and go without a word of the run: its executors are asked for every so often, ms. */
const everyMs = 4000;

/** The Spark application of a run, as on the Jupyter page, and its executors. */
export function RunSparkTab() {
  const { name: project } = useProject();
  const run = useRun();
  if (run.application === null) {
    return (
      <Paper>
        <EmptyState
          icon={<IconApps size={30} />}
          title={isLive(run.state) ? 'Spark is not up yet' : 'There was no Spark application'}
        >
          {isLive(run.state)
            ? 'The run’s Spark application is shown here with its Spark UI, executors and memory as soon as there is one.'
            : 'The run ended before Spark was up. Its log may say why.'}
        </EmptyState>
      </Paper>
    );
  }
  return (
    <>
      <Paper style={{ overflow: 'hidden' }}>
        <ApplicationRows applications={[viewOf(run, run.application)]} lead="Run" ended={!isLive(run.state)} />
      </Paper>
      <Executors
        query={{ ...runExecutorsQuery(project, run.id), refetchInterval: isLive(run.state) ? everyMs : false }}
        actions={logOf}
      />
    </>
  );
}

const logOf = (executor: SessionExecutor, name: string): ReactNode =>
  executor.logs.length > 0 && <LogLink id={executor.id} name={name} />;

function LogLink({ id: executor, name }: { id: string; name: string }) {
  const { name: project } = useProject();
  const { id } = useRun();
  return (
    <ButtonLink
      size="compact-sm"
      to="/projects/$project/jobs/runs/$run/spark/executors/$executor/log"
      params={{ project, run: String(id), executor }}
      aria-label={executor === 'driver' ? 'Log of the driver' : `Log of executor ${name}`}
    >
      Log
    </ButtonLink>
  );
}

/** A run as the table of applications shows one. Why it failed stands above already. */
const viewOf = (run: Execution, application: NonNullable<Execution['application']>): ApplicationView => ({
  id: run.id,
  title: `Run ${run.id} of ${showHidden(run.jobName)}`,
  details: [application.applicationId],
  owner: run.startedBy,
  mine: run.mine,
  kernel: jobTypeLabels[run.type],
  live: isLive(run.state),
  state: badgeOf(run.state),
  createdAt: run.startedAt ?? run.createdAt,
  endedAt: run.endedAt,
  metrics: application.metrics,
  problem: null,
  quiet: true,
  actions: <Actions run={run} application={application} />,
});

function Actions({ run, application }: { run: Execution; application: NonNullable<Execution['application']> }) {
  const { name: project } = useProject();
  const params = { project, run: String(run.id) };
  return (
    <Group gap={6} justify="flex-end">
      {application.uiAvailable && (
        <ButtonLink
          size="compact-sm"
          to="/projects/$project/jobs/runs/$run/ui"
          params={params}
          target="_blank"
          rel="noopener"
          preload={false}
          aria-label={`Spark UI of run ${run.id}`}
          rightSection={<IconExternalLink size={13} aria-hidden="true" />}
        >
          Spark UI
        </ButtonLink>
      )}
      <ButtonLink size="compact-sm" to="/projects/$project/jobs/runs/$run" params={params}>
        Log
      </ButtonLink>
      {/* What a notebook prints is the log of its run; Spark's is another. */}
      {application.session !== null && (
        <ButtonLink
          size="compact-sm"
          to="/projects/$project/jobs/runs/$run/spark/executors/$executor/log"
          params={{ ...params, executor: 'driver' }}
        >
          Driver log
        </ButtonLink>
      )}
      <ButtonLink size="compact-sm" to="/projects/$project/jobs/runs/$run/metrics" params={params}>
        Metrics
      </ButtonLink>
    </Group>
  );
}
