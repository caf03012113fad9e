import {
  IconApps,
  IconBell,
  IconCalendarBolt,
  IconCpu,
  IconFiles,
  IconHistory,
  IconNotebook,
  IconPackage,
  IconSchool,
  IconSettings,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';

/** A page of a project: the navigation and the palette are made from these lists. */
type Entry<T> = { readonly to: T; readonly label: string; readonly icon: Icon };

export const projectPages = [
  { to: '/projects/$project/jupyter', label: 'Jupyter', icon: IconNotebook },
  { to: '/projects/$project/jobs', label: 'Jobs', icon: IconCalendarBolt },
  { to: '/projects/$project/applications', label: 'Applications', icon: IconApps },
  { to: '/projects/$project/files', label: 'Files', icon: IconFiles },
  { to: '/projects/$project/examples', label: 'Examples', icon: IconSchool },
] as const satisfies readonly Entry<string>[];

export const settingsPages = [
  { to: '/projects/$project/settings/general', label: 'General', icon: IconSettings },
  { to: '/projects/$project/settings/members', label: 'Members', icon: IconUsers },
  { to: '/projects/$project/settings/compute', label: 'Compute configuration', icon: IconCpu },
  { to: '/projects/$project/settings/libraries', label: 'Python libraries', icon: IconPackage },
  { to: '/projects/$project/settings/alerts', label: 'Alerts', icon: IconBell },
] as const satisfies readonly Entry<string>[];

/** What only owners see. */
export const ownersPages = [
  { to: '/projects/$project/settings/audit', label: 'Audit', icon: IconHistory },
] as const satisfies readonly Entry<string>[];
