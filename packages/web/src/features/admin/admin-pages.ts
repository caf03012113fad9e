import {
  IconActivity,
  IconAdjustments,
  IconFolders,
  IconGauge,
  IconHistory,
  IconPackage,
  IconRobot,
  IconScale,
  IconServer,
  IconSpeakerphone,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';

/** The pages of the administrators' area, in their order: the navigation, the breadcrumb and the palette are made from them. */
export const adminPages = [
  { to: '/admin', label: 'Overview', Icon: IconGauge },
  { to: '/admin/running', label: 'Running', Icon: IconActivity },
  { to: '/admin/projects', label: 'All projects', Icon: IconFolders },
  { to: '/admin/users', label: 'Users', Icon: IconUsers },
  { to: '/admin/service-accounts', label: 'Service accounts', Icon: IconRobot },
  { to: '/admin/limits', label: 'Limits', Icon: IconScale },
  { to: '/admin/engines', label: 'Engines', Icon: IconServer },
  { to: '/admin/announcements', label: 'Announcements', Icon: IconSpeakerphone },
  { to: '/admin/libraries', label: 'Package index', Icon: IconPackage },
  { to: '/admin/audit', label: 'Audit', Icon: IconHistory },
  { to: '/admin/settings', label: 'Settings', Icon: IconAdjustments },
] as const satisfies readonly { to: LinkProps['to']; label: string; Icon: Icon }[];
