import { getRouteApi } from '@tanstack/react-router';
import { Page } from '../../ui/page.tsx';
import { AuditLog, ExportButton } from './audit-log.tsx';

const route = getRouteApi('/user/frame/admin/audit');

/** The audit log of the whole platform, for administrators. */
export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title="Audit"
      description="Who did what, when and from where, on the whole platform. Nothing here can be changed."
      actions={<ExportButton project={null} search={search} />}
    >
      <AuditLog
        project={null}
        search={search}
        onChange={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
      />
    </Page>
  );
}
