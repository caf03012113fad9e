import { Skeleton } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { api } from '../../lib/api.ts';
import { inspectionQuery } from '../../lib/job-queries.ts';
import { notebookRunsQuery, placeQuery } from '../../lib/queries.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { ImportButton } from './import-job.tsx';
import { draftOfProgram } from './job-draft.ts';
import { JobForm } from './job-form.tsx';
import { ProgramField } from './program-field.tsx';

const route = getRouteApi('/user/frame/projects/$project/jobs/new');

/** Makes a job: of a file first, then of what is told of it. */
export function NewJobPage() {
  const project = useProject();
  const { program, run } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title="New job" tab={project.label}>
      {!mayRun(project) ? (
        <Notice tone="info" title="You may look, not make jobs">
          Editors and owners of the project make jobs. An owner can give you that role.
        </Notice>
      ) : program === undefined ? (
        <Section title="What it runs">
          <ProgramField program={undefined} onPick={(path) => void navigate({ search: { program: path } })}>
            <ImportButton />
          </ProgramField>
        </Section>
      ) : (
        <OfProgram key={program} program={program} run={run} />
      )}
    </Page>
  );
}

/** The form for a program. `run`: the run of a notebook whose configuration the job takes along; `last`: its newest. */
function OfProgram({ program, run }: { program: string; run: string | undefined }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const found = useQuery({ ...inspectionQuery(project, program), refetchOnWindowFocus: false });
  const place = useQuery(placeQuery(project));
  const runs = useInfiniteQuery({ ...notebookRunsQuery(project, program, 'all'), enabled: run !== undefined });
  const failed = [found, place].find((query) => query.data === undefined && query.isError);
  if (failed !== undefined) {
    return (
      <>
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
        <Section title="What it runs">
          <ProgramField program={program} onPick={(path) => void navigate({ search: { program: path } })} />
        </Section>
      </>
    );
  }
  if (found.data === undefined || place.data === undefined || (run !== undefined && runs.isPending)) {
    return <Skeleton height={420} radius="md" />;
  }
  const all = runs.data?.pages.flatMap(({ items }) => items) ?? [];
  const taken = (run === 'last' ? all[0] : all.find(({ id }) => id === run))?.configuration ?? null;
  return (
    <>
      {taken !== null && (
        <Notice tone="info">The configuration is that with which the notebook ran. It can be changed here.</Notice>
      )}
      <JobForm
        begin={draftOfProgram(found.data, taken)}
        found={found.data}
        place={place.data}
        verb="Create job"
        failed="The job was not made"
        save={async (body) => {
          const job = await api.call('jobs.create', { params: { project }, body });
          applyEvent(client, project, { type: 'job', job });
          await navigate({ to: '/projects/$project/jobs/$job', params: { project, job: String(job.id) } });
        }}
        cancel={
          <ButtonLink to="/projects/$project/jobs" params={{ project }}>
            Cancel
          </ButtonLink>
        }
      />
    </>
  );
}
