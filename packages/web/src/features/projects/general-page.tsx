import { DataList, Stack } from '@mantine/core';
import { CopyableId } from '../../ui/copyable-id.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { countOf } from '../../lib/units.ts';
import { ProjectLimits } from '../limits/own-limits.tsx';
import { EndSection } from './end-section.tsx';
import { LabelForm } from './label-form.tsx';
import { roleLabels } from './project-card.tsx';
import { mayManage, useProject } from './project-context.ts';

const roleMeanings = {
  owner: 'manages the project’s members, libraries and settings',
  editor: 'runs Jupyter and Spark',
  viewer: 'reads',
} as const;

/** What the project is called, and its end. */
export function GeneralPage() {
  const project = useProject();
  return (
    <Page title="General" tab={project.label}>
      <Section title="Project">
        <Stack gap="md">
          {mayManage(project) && <LabelForm key={project.label} />}
          <DataList orientation="horizontal" size="sm" labelWidth={120}>
            {!mayManage(project) && (
              <DataList.Item>
                <DataList.ItemLabel>Label</DataList.ItemLabel>
                <DataList.ItemValue className="el-break">{project.label}</DataList.ItemValue>
              </DataList.Item>
            )}
            <DataList.Item>
              <DataList.ItemLabel>Name</DataList.ItemLabel>
              <DataList.ItemValue>
                <CopyableId value={project.name} label="name" />
              </DataList.ItemValue>
            </DataList.Item>
            <DataList.Item>
              <DataList.ItemLabel>Your role</DataList.ItemLabel>
              <DataList.ItemValue>
                {roleLabels[project.role]}: {roleMeanings[project.role]}
              </DataList.ItemValue>
            </DataList.Item>
            <DataList.Item>
              <DataList.ItemLabel>Members</DataList.ItemLabel>
              <DataList.ItemValue>
                <AnchorLink to="/projects/$project/settings/members" params={{ project: project.name }} size="sm">
                  {countOf(project.members, 'member')}
                </AnchorLink>
              </DataList.ItemValue>
            </DataList.Item>
            <DataList.Item>
              <DataList.ItemLabel>Created</DataList.ItemLabel>
              <DataList.ItemValue>
                <RelativeTime at={project.createdAt} />
              </DataList.ItemValue>
            </DataList.Item>
          </DataList>
        </Stack>
      </Section>
      <ProjectLimits />
      {project.role === 'owner' && <EndSection />}
    </Page>
  );
}
