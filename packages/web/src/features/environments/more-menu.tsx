import { routePath } from '@emberlab/contract';
import { Button, Menu } from '@mantine/core';
import {
  IconChevronDown,
  IconDownload,
  IconFileText,
  IconRefresh,
  IconTool,
  IconTrendingUp,
  IconZoomReset,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { mayManage, useProject } from '../projects/project-context.ts';
import { librariesQuery } from './queries.ts';
import { useFindUpdates } from './use-find-updates.ts';
import { WholeChangeDialog, type WholeChange } from './whole-changes.tsx';

const iconSize = 16;

/** What can be done with the environment as a whole. */
export function MoreMenu() {
  const project = useProject();
  const { data } = useQuery(librariesQuery(project.name));
  const { find, isPending } = useFindUpdates();
  const [asking, setAsking] = useState<WholeChange | null>(null);
  const there = data !== undefined && data.revision !== null;
  const file = (format: 'requirements' | 'lock') => ({
    component: 'a' as const,
    href: routePath('environment.export', { params: { project: project.name }, query: { format } }),
    download: true,
    disabled: !there,
  });
  return (
    <>
      <Menu position="bottom-end" withinPortal width={250}>
        <Menu.Target>
          <Button rightSection={<IconChevronDown size={14} aria-hidden="true" />} loading={isPending}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconZoomReset size={iconSize} />} onClick={find} disabled={!there}>
            Look for newer versions
          </Menu.Item>
          {mayManage(project) && (
            <>
              <Menu.Item
                leftSection={<IconTrendingUp size={iconSize} />}
                onClick={() => setAsking('update')}
                disabled={!there}
              >
                Update all…
              </Menu.Item>
              <Menu.Item
                leftSection={<IconTool size={iconSize} />}
                onClick={() => setAsking('repair')}
                disabled={!there}
              >
                Repair…
              </Menu.Item>
              <Menu.Item leftSection={<IconRefresh size={iconSize} />} onClick={() => setAsking('recreate')}>
                Recreate…
              </Menu.Item>
            </>
          )}
          <Menu.Divider />
          <Menu.Label>Export</Menu.Label>
          <Menu.Item leftSection={<IconFileText size={iconSize} />} {...file('requirements')}>
            Requirements
          </Menu.Item>
          <Menu.Item leftSection={<IconDownload size={iconSize} />} {...file('lock')}>
            Lock file
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <WholeChangeDialog which={asking} onClose={() => setAsking(null)} />
    </>
  );
}
