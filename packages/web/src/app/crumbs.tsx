import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { adminPages } from '../features/admin/admin-pages.ts';
import { projectQuery } from '../lib/queries.ts';
import { AnchorLink } from '../ui/links.tsx';

type Crumb = { label: string; to?: string };

const settingsPages: Readonly<Record<string, string>> = {
  members: 'Members',
  compute: 'Compute configuration',
  libraries: 'Python libraries',
  alerts: 'Alerts',
  audit: 'Audit',
};
const applicationTabs: Readonly<Record<string, string>> = { metrics: 'Metrics', executors: 'Executors', log: 'Log' };

/** Where an address is, from the outermost page inwards; the last one is the page itself. */
function readCrumbs(pathname: string, projectLabel: string): Crumb[] {
  const [area, project, ...rest] = pathname.split('/').filter((part) => part !== '');
  if (area === 'admin') {
    const page = adminPages.find(({ to }) => to === pathname.replace(/\/$/, ''));
    return [{ label: 'Administration', to: '/admin' }, { label: page?.label ?? 'Page' }];
  }
  if (area === 'account') return [{ label: 'Account' }];
  if (area !== 'projects' || project === undefined) return [{ label: 'Projects' }];
  const base = `/projects/${project}`;
  const crumbs: Crumb[] = [
    { label: 'Projects', to: '/' },
    { label: projectLabel, to: `${base}/jupyter` },
  ];
  const [page, detail, tab, executor] = rest;
  if (page === 'jupyter') crumbs.push({ label: 'Jupyter', to: `${base}/jupyter` });
  if (page === 'jupyter' && detail === 'log') crumbs.push({ label: 'Server log' });
  if (page === 'jupyter' && detail === 'open') crumbs.push({ label: 'Open' });
  if (page === 'applications' || page === 'batches') crumbs.push({ label: 'Applications', to: `${base}/applications` });
  if (page === 'applications' && detail !== undefined) {
    const application = `${base}/applications/${detail}`;
    if (executor === undefined) crumbs.push({ label: `${applicationTabs[tab ?? ''] ?? 'Application'} of ${detail}` });
    else
      crumbs.push({ label: `Executors of ${detail}`, to: `${application}/executors` }, { label: `Log of ${executor}` });
  }
  if (page === 'batches' && detail !== undefined) crumbs.push({ label: `Log of batch ${detail}` });
  if (page === 'examples') crumbs.push({ label: 'Examples', to: `${base}/examples` });
  if (page === 'files') crumbs.push({ label: 'Files', to: `${base}/files` });
  if (page === 'files' && detail === 'bin') crumbs.push({ label: 'Bin' });
  if (page === 'jobs') {
    crumbs.push({ label: 'Jobs', to: `${base}/jobs` });
    if (detail === 'runs' && tab !== undefined) crumbs.push({ label: `Run ${tab}` });
    else if (detail === 'new') crumbs.push({ label: 'New job' });
    else if (detail !== undefined) crumbs.push({ label: `Job ${detail}`, to: `${base}/jobs/${detail}` });
    if (tab === 'edit') crumbs.push({ label: 'Edit' });
  }
  if (page === 'settings') crumbs.push({ label: settingsPages[detail ?? ''] ?? 'General' });
  return crumbs;
}

/** The breadcrumb of the top bar. */
export function Crumbs({ pathname, project }: { pathname: string; project: string | undefined }) {
  const query = useQuery({ ...projectQuery(project ?? ''), enabled: project !== undefined });
  const crumbs = readCrumbs(pathname, query.data?.label ?? project ?? '');
  return (
    <Group component="nav" aria-label="Breadcrumb" gap={6} wrap="nowrap" miw={0} style={{ overflow: 'hidden' }}>
      {crumbs.map((crumb, index) => {
        const last = index === crumbs.length - 1;
        return (
          <Fragment key={crumb.label + String(crumb.to)}>
            {index > 0 && (
              <Text size="sm" c="dimmed" aria-hidden="true" {...(last ? {} : { visibleFrom: 'xs' })}>
                /
              </Text>
            )}
            {last || crumb.to === undefined ? (
              <Text size="sm" fw={500} truncate aria-current="page">
                {crumb.label}
              </Text>
            ) : (
              <AnchorLink
                to={crumb.to}
                size="sm"
                c="dimmed"
                truncate
                underline="hover"
                {...(index === crumbs.length - 2 ? {} : { visibleFrom: 'xs' })}
              >
                {crumb.label}
              </AnchorLink>
            )}
          </Fragment>
        );
      })}
    </Group>
  );
}
