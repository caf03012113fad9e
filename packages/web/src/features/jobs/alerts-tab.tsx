import { Section } from '../../ui/page.tsx';
import { JobRules } from '../alerts/job-rules-form.tsx';
import { useJob } from './job-context.ts';

/** Who is told how the runs of a job end. */
export function AlertsTab() {
  const job = useJob();
  return (
    <Section title="Alerts">
      <JobRules job={job.id} />
    </Section>
  );
}
