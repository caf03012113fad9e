import { scope, type Scope } from '@emberlab/contract';
import { Checkbox, Select, Stack, TagsInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { projectsQuery } from '../../lib/queries.ts';

/** What each scope opens, as people read it. */
export const scopeTexts: Readonly<Record<Scope, { label: string; description: string }>> = {
  read: { label: 'Read', description: 'see projects, their files, logs and Spark applications' },
  run: { label: 'Run', description: 'start and stop Jupyter, Spark, batches and jobs, upload files' },
  manage: { label: 'Manage', description: 'make projects, change their settings, members and libraries' },
  admin: { label: 'Administer', description: 'what the pages for administrators do' },
};

const expiries = [
  { value: '7', label: 'in 7 days' },
  { value: '30', label: 'in 30 days' },
  { value: '90', label: 'in 90 days' },
  { value: '365', label: 'in a year' },
  { value: 'never', label: 'never' },
];

export type TokenRights = { expires: string; scopes: string[]; projects: string[] };
export const usualRights: TokenRights = { expires: '90', scopes: ['read', 'run', 'manage'], projects: [] };

/** The same, as the API takes them. */
export const toBody = ({ expires, scopes, projects }: TokenRights) => ({
  expiresInDays: expires === 'never' ? null : Number(expires),
  scopes: scope.options.filter((one) => scopes.includes(one)),
  projects: projects.length === 0 ? null : projects,
});

/** What a token may do, where, and for how long. `own`: whether it is the caller's, so that their projects are known. */
export function TokenRightsFields<T extends TokenRights>({
  form,
  admin,
  own,
}: {
  form: UseFormReturnType<T>;
  admin: boolean;
  own: boolean;
}) {
  const projects = useQuery({ ...projectsQuery, enabled: own });
  return (
    <Stack gap="sm">
      <Checkbox.Group label="It may" {...form.getInputProps('scopes')}>
        <Stack gap={6} mt={6}>
          {scope.options
            .filter((one) => one !== 'admin' || admin)
            .map((one) => (
              <Checkbox key={one} value={one} label={scopeTexts[one].label} description={scopeTexts[one].description} />
            ))}
        </Stack>
      </Checkbox.Group>
      <TagsInput
        label="In these projects only"
        description={own ? 'Empty: in all of yours' : 'Their names. Empty: in all that the account is in'}
        placeholder={form.getValues().projects.length === 0 ? 'all projects' : ''}
        data={projects.data?.items.map((project) => project.name) ?? []}
        {...form.getInputProps('projects')}
      />
      <Select label="Expires" data={expiries} allowDeselect={false} {...form.getInputProps('expires')} />
    </Stack>
  );
}
