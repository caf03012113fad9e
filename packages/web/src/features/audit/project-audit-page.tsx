import { getRouteApi } from '@tanstack/react-router';
import { Page } from '../../ui/page.tsx';
import { useProject } from '../projects/project-context.ts';
import { AuditLog, ExportButton } from './audit-log.tsx';

const route = getRouteApi('/user/frame/projects/$project/settings/audit');

/** The audit log of a project, for its owners. */
export function ProjectAuditPage() {
  const project = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title="Audit"
      tab={project.label}
      description="Who did what in this project, when and from where. Nothing here can be changed."
      actions={<ExportButton project={project.name} search={search} />}
    >
      <AuditLog
        project={project.name}
        search={search}
        onChange={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
      />
    </Page>
  );
}
