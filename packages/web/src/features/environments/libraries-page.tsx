import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPackageImport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { environmentQuery } from '../../lib/queries.ts';
import { countOf, formatBytes } from '../../lib/units.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { UnstyledLink } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import tabs from '../../ui/tabs.module.css';
import { mayManage, useProject } from '../projects/project-context.ts';
import { ConflictsNotice } from './conflicts-notice.tsx';
import { InstallDialog } from './install-dialog.tsx';
import { MoreMenu } from './more-menu.tsx';
import { OperationPanel } from './operation-panel.tsx';
import { librariesQuery } from './queries.ts';

/** The project's Python environment: what is installed, what is being changed, and what was. */
export function LibrariesPage() {
  const project = useProject();
  const environment = useQuery(environmentQuery(project.name));
  const [installing, install] = useDisclosure(false);
  const alert = environment.data?.alert ?? null;
  return (
    <Page
      title="Python libraries"
      tab={project.label}
      description={<Facts />}
      actions={
        <Group gap="xs">
          <MoreMenu />
          {mayManage(project) && (
            <Button
              variant="filled"
              leftSection={<IconPackageImport size={16} />}
              onClick={install.open}
              disabled={environment.data !== undefined && environment.data.current === null}
            >
              Install library
            </Button>
          )}
        </Group>
      }
    >
      {environment.data === undefined && environment.isError && (
        <ErrorState error={environment.error} onRetry={() => void environment.refetch()} />
      )}
      {alert !== null && <ConflictsNotice alert={alert} />}
      <OperationPanel environment={environment.data} />
      <Tabs />
      <Outlet />
      <InstallDialog opened={installing} onClose={install.close} />
    </Page>
  );
}

function Facts() {
  const project = useProject();
  const { data } = useQuery(librariesQuery(project.name));
  if (data === undefined || data.revision === null) return 'The Python environment that Jupyter and Spark use here.';
  return (
    <span className="el-tabular">
      Python {data.pythonVersion ?? 'not known'} · {countOf(data.items.length, 'package')} · {formatBytes(data.bytes)} ·
      revision {data.revision}
    </span>
  );
}

function Tabs() {
  const { name } = useProject();
  const look = { params: { project: name }, className: tabs.tab, replace: true } as const;
  return (
    <nav className={tabs.tabs} aria-label="About the Python environment">
      <UnstyledLink
        {...look}
        to="/projects/$project/settings/libraries"
        activeOptions={{ exact: true, includeSearch: false }}
      >
        Libraries
      </UnstyledLink>
      <UnstyledLink {...look} to="/projects/$project/settings/libraries/history">
        History
      </UnstyledLink>
      <UnstyledLink
        {...look}
        to="/projects/$project/settings/libraries/operations"
        activeOptions={{ includeSearch: false }}
      >
        Operations
      </UnstyledLink>
    </nav>
  );
}
