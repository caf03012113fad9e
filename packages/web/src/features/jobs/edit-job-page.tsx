import { Skeleton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { api, isNotFound } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { inspectionQuery, jobQuery } from '../../lib/job-queries.ts';
import { placeQuery } from '../../lib/queries.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { NotFoundPage } from '../../ui/fallbacks.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { useProject } from '../projects/project-context.ts';
import { draftOfJob } from './job-draft.ts';
import { JobForm } from './job-form.tsx';

const route = getRouteApi('/user/frame/projects/$project/jobs/$job/edit');

/** Changes a job. */
export function EditJobPage() {
  const { job } = route.useParams();
  return /^\d{1,10}$/.test(job) ? <EditJob key={job} id={Number(job)} /> : <NotFoundPage />;
}

function EditJob({ id }: { id: number }) {
  const project = useProject();
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const job = useQuery(jobQuery(project.name, id));
  const place = useQuery(placeQuery(project.name));
  const program = job.data?.program ?? '';
  // A program that is gone makes nothing of this impossible: it can be changed to another one.
  const found = useQuery({
    ...inspectionQuery(project.name, program),
    enabled: job.data !== undefined,
    refetchOnWindowFocus: false,
    retry: false,
  });
  if (isNotFound(job.error)) return <NotFoundPage />;
  const failed = [job, place].find((query) => query.data === undefined && query.isError);
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (job.data === undefined || place.data === undefined || found.isPending) {
    return <Skeleton height={420} radius="md" />;
  }
  const params = { project: project.name, job: String(id) };
  const back = (
    <ButtonLink to="/projects/$project/jobs/$job" params={params}>
      Cancel
    </ButtonLink>
  );
  return (
    <Page title={`Edit ${showHidden(job.data.name)}`} tab={project.label}>
      {job.data.mayChange ? (
        <JobForm
          begin={draftOfJob(job.data, found.data?.parameters ?? [])}
          found={found.data ?? null}
          place={place.data}
          verb="Save"
          failed="The job was not changed"
          save={async (body) => {
            const changed = await api.call('jobs.change', { params: { project: project.name, id }, body });
            applyEvent(client, project.name, { type: 'job', job: changed });
            await navigate({ to: '/projects/$project/jobs/$job', params });
          }}
          cancel={back}
        />
      ) : (
        <Notice tone="info" title="This job is not yours to change" action={back}>
          Its owner and owners of the project may. You can make a copy and change that.
        </Notice>
      )}
    </Page>
  );
}
