/** A page of the site: its file below `docs/`, without `.md`. */
export type SiteGroup = {
  readonly label: string;
  readonly pages: readonly string[];
  /** closed until somebody opens it */
  readonly collapsed?: boolean;
};

/**
 * The order in which the site lists its pages; their titles are their headings. Each page of `docs/` stands here once, or the build fails. Decision
 * notes are listed by their numbers.
 */
export const siteMap: readonly SiteGroup[] = [
  { label: 'Start here', pages: ['index', 'user/first-notebook'] },
  {
    label: 'Using Emberlab',
    pages: [
      'user/index',
      'user/jupyter',
      'user/configuration',
      'user/examples',
      'user/spark',
      'user/plotting',
      'user/applications',
      'user/files',
      'user/libraries',
      'user/jobs',
      'user/jobs-schedule',
      'user/alerts',
      'user/projects',
      'user/account',
      'user/api',
      'user/learn-more',
    ],
  },
  {
    label: 'Administration',
    pages: [
      'admin/installation',
      'admin/index',
      'admin/deployment',
      'admin/operations',
      'admin/accounts',
      'admin/files',
      'admin/limits',
      'admin/docker',
      'admin/kubernetes',
      'admin/spark',
      'admin/engines',
      'admin/external-livy',
      'admin/package-index',
      'admin/alerts',
      'admin/security',
    ],
  },
  {
    label: 'Reference',
    pages: [
      'reference/settings',
      'reference/cli',
      'reference/api',
      'reference/errors',
      'reference/properties',
      'reference/livy-differences',
      'reference/schema',
    ],
  },
  {
    label: 'Developing Emberlab',
    pages: [
      'developer/architecture',
      'developer/contributing',
      'developer/working',
      'developer/agent-protocol',
      'conformance',
    ],
  },
];

/** The folder of the decision notes, which make the last group. */
export const decisions = { label: 'Decisions', folder: 'decisions' } as const;

/** Where the platform serves the site. */
export const base = '/docs';

/** The address of a page, as links name it. */
export const addressOf = (page: string): string => `${base}/${page.replace(/(^|\/)index$/, '')}/`.replace(/\/+$/, '/');
