import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { documentation, guideTo } from './guide.ts';

const docs = join(import.meta.dirname, '../../../../docs');

it.each([
  ['/', 'user/projects'],
  ['/account', 'user/account'],
  ['/projects/demo/jupyter', 'user/jupyter'],
  ['/projects/demo/jupyter/log', 'user/jupyter'],
  ['/projects/demo/jobs', 'user/jobs'],
  ['/projects/demo/jobs/7/schedule', 'user/jobs-schedule'],
  ['/projects/demo/jobs/7/alerts', 'user/alerts'],
  ['/projects/demo/jobs/runs/7', 'user/jobs'],
  ['/projects/demo/applications/1/metrics', 'user/applications'],
  ['/projects/demo/files/bin', 'user/files'],
  ['/projects/demo/settings/general', 'user/projects'],
  ['/projects/demo/settings/members', 'user/projects'],
  ['/projects/demo/settings/compute', 'user/configuration'],
  ['/projects/demo/settings/libraries/history', 'user/libraries'],
  ['/projects/demo/settings/alerts', 'user/alerts'],
  ['/projects/demo/settings/audit', 'admin/operations'],
  ['/admin', 'admin'],
  ['/admin/running', 'admin'],
  ['/admin/users', 'admin/accounts'],
  ['/admin/limits', 'admin/limits'],
  ['/admin/libraries', 'admin/package-index'],
  ['/admin/settings', 'reference/settings'],
])('the page %s has the guide %s, which is there', (page, guide) => {
  expect(guideTo(page)).toBe(`${documentation}${guide}/`);
  expect([`${guide}.md`, `${guide}/index.md`].some((file) => existsSync(join(docs, file)))).toBe(true);
});

it('leads to the beginning from a page without a guide of its own', () => {
  expect(guideTo('/somewhere')).toBe(documentation);
});
