/** Which page of the documentation is about which pages of the dashboard; the first that fits an address counts. */
const guides: readonly (readonly [page: RegExp, guide: string])[] = [
  [/^\/projects\/[^/]+\/jupyter/, 'user/jupyter'],
  [/^\/projects\/[^/]+\/examples/, 'user/examples'],
  [/^\/projects\/[^/]+\/jobs\/\d+\/schedule/, 'user/jobs-schedule'],
  [/^\/projects\/[^/]+\/jobs\/\d+\/alerts/, 'user/alerts'],
  [/^\/projects\/[^/]+\/jobs/, 'user/jobs'],
  [/^\/projects\/[^/]+\/(applications|batches)/, 'user/applications'],
  [/^\/projects\/[^/]+\/files/, 'user/files'],
  [/^\/projects\/[^/]+\/settings\/compute/, 'user/configuration'],
  [/^\/projects\/[^/]+\/settings\/libraries/, 'user/libraries'],
  [/^\/projects\/[^/]+\/settings\/alerts/, 'user/alerts'],
  [/^\/projects\/[^/]+\/settings\/audit/, 'admin/operations'],
  [/^\/projects\/[^/]+\/settings/, 'user/projects'],
  [/^\/account/, 'user/account'],
  [/^\/admin\/(users|service-accounts|announcements)/, 'admin/accounts'],
  [/^\/admin\/limits/, 'admin/limits'],
  [/^\/admin\/engines/, 'admin/engines'],
  [/^\/admin\/audit/, 'admin/operations'],
  [/^\/admin\/libraries/, 'admin/package-index'],
  [/^\/admin\/settings/, 'reference/settings'],
  [/^\/admin/, 'admin'],
  [/^\/$/, 'user/projects'],
];

/** Where the platform serves its documentation. */
export const documentation = '/docs/';

/** The address of the guide to the page at an address of the dashboard. */
export function guideTo(pathname: string): string {
  const guide = guides.find(([page]) => page.test(pathname))?.[1];
  return guide === undefined ? documentation : `${documentation}${guide}/`;
}
