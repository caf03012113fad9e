import { Spotlight, spotlight, type SpotlightActionData } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import {
  IconApps,
  IconFiles,
  IconBell,
  IconBook,
  IconCalendarBolt,
  IconCpu,
  IconFolder,
  IconFolders,
  IconKeyboard,
  IconLogout,
  IconNotebook,
  IconPackage,
  IconSchool,
  IconSearch,
  IconSettings,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { adminPages } from '../features/admin/admin-pages.ts';
import { useLogOut } from '../features/auth/use-log-out.ts';
import classes from './palette.module.css';
import { documentation } from '../lib/guide.ts';
import { authQuery, projectsQuery } from '../lib/queries.ts';

const icon = { size: 18, 'aria-hidden': true } as const;

/** Goes to any page or project by a few letters. It is loaded when it is opened for the first time (`palette-host.tsx`). */
export function Palette({
  opened,
  onClose,
  project,
  onHelp,
}: {
  opened: boolean;
  onClose: () => void;
  project: string | undefined;
  onHelp: () => void;
}) {
  useEffect(() => (opened ? spotlight.open() : spotlight.close()), [opened]);
  const router = useRouter();
  const logOut = useLogOut();
  const projects = useQuery(projectsQuery);
  const isAdmin = useQuery(authQuery).data?.user?.admin === true;
  const pages: SpotlightActionData[] =
    project === undefined
      ? []
      : (
          [
            { to: '/projects/$project/jupyter', label: 'Jupyter', Icon: IconNotebook },
            { to: '/projects/$project/jobs', label: 'Jobs', Icon: IconCalendarBolt },
            { to: '/projects/$project/applications', label: 'Applications', Icon: IconApps },
            { to: '/projects/$project/files', label: 'Files', Icon: IconFiles },
            { to: '/projects/$project/examples', label: 'Examples', Icon: IconSchool },
            { to: '/projects/$project/settings/general', label: 'General settings', Icon: IconSettings },
            { to: '/projects/$project/settings/members', label: 'Members', Icon: IconUsers },
            { to: '/projects/$project/settings/compute', label: 'Compute configuration', Icon: IconCpu },
            { to: '/projects/$project/settings/libraries', label: 'Python libraries', Icon: IconPackage },
            { to: '/projects/$project/settings/alerts', label: 'Alerts', Icon: IconBell },
          ] as const
        ).map(({ to, label, Icon }) => ({
          id: to,
          label,
          leftSection: <Icon {...icon} />,
          onClick: () => void router.navigate({ to, params: { project } }),
        }));
  return (
    <Spotlight
      actions={[
        { group: 'This project', actions: pages },
        {
          group: 'Projects',
          actions: (projects.data?.items ?? []).map((each) => ({
            id: `project ${each.name}`,
            label: each.label,
            description: each.name,
            leftSection: <IconFolder {...icon} />,
            onClick: () => void router.navigate({ to: '/projects/$project/jupyter', params: { project: each.name } }),
          })),
        },
        {
          group: 'Administration',
          actions: (isAdmin ? adminPages : []).map(({ to, label, Icon }) => ({
            id: to,
            label,
            leftSection: <Icon {...icon} />,
            onClick: () => void router.navigate({ to }),
          })),
        },
        {
          group: 'Emberlab',
          actions: [
            {
              id: 'home',
              label: 'All projects',
              leftSection: <IconFolders {...icon} />,
              onClick: () => void router.navigate({ to: '/' }),
            },
            {
              id: 'account',
              label: 'Account and API tokens',
              leftSection: <IconUser {...icon} />,
              onClick: () => void router.navigate({ to: '/account' }),
            },
            {
              id: 'documentation',
              label: 'Documentation',
              leftSection: <IconBook {...icon} />,
              onClick: () => void window.open(documentation, '_blank', 'noopener'),
            },
            { id: 'help', label: 'Keyboard shortcuts', leftSection: <IconKeyboard {...icon} />, onClick: onHelp },
            { id: 'logout', label: 'Log out', leftSection: <IconLogout {...icon} />, onClick: logOut },
          ],
        },
      ].filter((group) => group.actions.length > 0)}
      shortcut={null}
      onSpotlightClose={onClose}
      attributes={{ content: { 'aria-label': 'Go to a page or a project' } }}
      classNames={{ action: classes.action }}
      centered={false}
      overlayProps={{ blur: 0 }}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="No page or project has such a name"
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: 'Go to a page or a project',
        'aria-label': 'Go to a page or a project',
      }}
    />
  );
}
