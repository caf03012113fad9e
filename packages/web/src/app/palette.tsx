import { useMantineColorScheme, useComputedColorScheme } from '@mantine/core';
import { Spotlight, spotlight, type SpotlightActionData } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import {
  IconBook,
  IconFolder,
  IconFolders,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocation, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { adminPages } from '../features/admin/admin-pages.ts';
import { useLogOut } from '../features/auth/use-log-out.ts';
import { mayRun } from '../features/projects/project-context.ts';
import { documentation, guideTo } from '../lib/guide.ts';
import { authQuery, projectQuery, projectsQuery } from '../lib/queries.ts';
import { useJobActions } from './palette-jobs.tsx';
import { useJupyterActions } from './palette-jupyter.tsx';
import classes from './palette.module.css';
import { ownersPages, projectPages, settingsPages } from './project-pages.ts';

const icon = { size: 18, 'aria-hidden': true } as const;
const name = 'Go to a page, or do something';

const ignore = (): void => undefined;

type PaletteProps = { opened: boolean; onClose: () => void; onHelp: () => void };

/** Goes to any page or project by a few letters, and does what is done most. It is loaded when it is opened for the first time (`palette-host.tsx`). */
export function Palette({ project, ...props }: PaletteProps & { project: string | undefined }) {
  return project === undefined ? (
    <Actions {...props} onTyped={ignore} groups={[]} />
  ) : (
    <ProjectActions {...props} project={project} />
  );
}

type Group = { group: string; actions: SpotlightActionData[] };

function ProjectActions({ project, ...props }: PaletteProps & { project: string }) {
  const router = useRouter();
  const [typed, setTyped] = useState('');
  const { data } = useQuery(projectQuery(project));
  const runs = props.opened && data !== undefined && mayRun(data);
  const jupyter = useJupyterActions(project, runs);
  const jobs = useJobActions(project, typed, runs);
  const pages = [
    ...projectPages.map((page) => ({ ...page, description: undefined })),
    ...[...settingsPages, ...(data?.role === 'owner' ? ownersPages : [])].map((page) => ({
      ...page,
      description: 'Project settings',
    })),
  ].map(({ to, label, icon: Icon, description }) => ({
    id: to,
    label,
    ...(description === undefined ? {} : { description }),
    leftSection: <Icon {...icon} />,
    onClick: () => void router.navigate({ to, params: { project } }),
  }));
  return (
    <>
      <Actions
        {...props}
        onTyped={setTyped}
        groups={[
          { group: data?.label ?? project, actions: [...jupyter.actions, ...pages] },
          { group: 'Recent notebooks', actions: jupyter.notebooks },
          { group: 'Jobs', actions: jobs },
        ]}
      />
      {jupyter.dialog}
    </>
  );
}

/** What there is wherever one is, after what there is in a project. */
function Actions({
  opened,
  onClose,
  onHelp,
  onTyped,
  groups,
}: PaletteProps & { onTyped: (text: string) => void; groups: readonly Group[] }) {
  useEffect(() => (opened ? spotlight.open() : spotlight.close()), [opened]);
  const router = useRouter();
  const logOut = useLogOut();
  const pathname = useLocation({ select: (location) => location.pathname });
  const projects = useQuery(projectsQuery);
  const isAdmin = useQuery(authQuery).data?.user?.admin === true;
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const all: Group[] = [
    ...groups,
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
          label: 'Projects',
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
          id: 'scheme',
          label: dark ? 'Light mode' : 'Dark mode',
          keywords: ['colour scheme', 'theme', 'dark', 'light'],
          leftSection: dark ? <IconSun {...icon} /> : <IconMoon {...icon} />,
          onClick: () => setColorScheme(dark ? 'light' : 'dark'),
        },
        {
          id: 'guide',
          label: 'Guide to this page',
          keywords: ['help', 'documentation'],
          leftSection: <IconBook {...icon} />,
          onClick: () => void window.open(guideTo(pathname), '_blank', 'noopener'),
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
  ];
  return (
    <Spotlight
      actions={all.filter((group) => group.actions.length > 0)}
      shortcut={null}
      onSpotlightClose={onClose}
      onQueryChange={onTyped}
      attributes={{ content: { 'aria-label': name } }}
      classNames={{ action: classes.action }}
      centered={false}
      overlayProps={{ blur: 0 }}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="Nothing has such a name"
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: name,
        'aria-label': name,
      }}
    />
  );
}
