import { getRouteApi } from '@tanstack/react-router';
import { Page } from '../../ui/page.tsx';
import { useProject } from '../projects/project-context.ts';
import { DeliveriesSection } from './deliveries-section.tsx';
import { ReceiversSection } from './receivers-section.tsx';
import { RulesSection } from './rules-section.tsx';

const route = getRouteApi('/user/frame/projects/$project/settings/alerts');

/** Who is told what comes of jobs, and what was sent to them. */
export function AlertsPage() {
  const project = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title="Alerts"
      tab={project.label}
      description="Who is told when a run of a job fails, succeeds, is stopped or takes long."
    >
      <ReceiversSection />
      <RulesSection />
      {project.role !== 'viewer' && (
        <DeliveriesSection
          search={search}
          onChange={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
        />
      )}
    </Page>
  );
}
