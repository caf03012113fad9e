import { mayRun, useProject } from '../projects/project-context.ts';
import { BackfillSection } from './backfill-section.tsx';
import { ChainSection } from './chain-section.tsx';
import { useJob } from './job-context.ts';
import { ScheduleSection } from './schedule-section.tsx';

/** When a job runs by itself: by a schedule, after other jobs, for times of the past. */
export function ScheduleTab() {
  const project = useProject();
  const job = useJob();
  const changes = mayRun(project) && job.mayChange;
  return (
    <>
      <ScheduleSection job={job} changes={changes} />
      <ChainSection job={job} changes={changes} />
      <BackfillSection job={job} changes={changes} />
    </>
  );
}
