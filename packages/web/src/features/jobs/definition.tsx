import { isNotebook, type Configuration, type Job } from '@emberlab/contract';
import { Code, DataList, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { placeQuery } from '../../lib/queries.ts';
import { Section } from '../../ui/page.tsx';
import { ConfigurationSummary } from '../configurations/configuration-summary.tsx';
import { useProject } from '../projects/project-context.ts';
import { toLines } from './argument-lines.ts';

/** What a program is given, to read. */
export function Inputs({
  program,
  args,
  parameters,
  children,
}: {
  program: string;
  args: readonly string[];
  parameters: Job['parameters'];
  children?: ReactNode;
}) {
  const notebook = isNotebook(program);
  const set = Object.entries(parameters);
  return (
    <DataList orientation="horizontal" size="sm" labelWidth={170}>
      <Item label="Program">{showHidden(program)}</Item>
      {children}
      <Item label={notebook ? 'Parameters' : 'Arguments'}>
        {(notebook ? set.length : args.length) === 0 ? (
          <Text span size="sm" c="dimmed">
            {notebook ? 'as the notebook sets them' : 'none'}
          </Text>
        ) : (
          <Code block mah={220} tabIndex={0} aria-label={notebook ? 'Parameters' : 'Arguments'}>
            {showLines(notebook ? set.map(([name, value]) => `${name} = ${JSON.stringify(value)}`) : [toLines(args)])}
          </Code>
        )}
      </Item>
    </DataList>
  );
}

const showLines = (lines: readonly string[]): string =>
  lines
    .flatMap((line) => line.split('\n'))
    .map(showHidden)
    .join('\n');

export function Item({ label, children }: { label: string; children: ReactNode }) {
  return (
    <DataList.Item>
      <DataList.ItemLabel>{label}</DataList.ItemLabel>
      <DataList.ItemValue className="el-break">{children}</DataList.ItemValue>
    </DataList.Item>
  );
}

/** The configuration of a job or a run, to read. `capacity`: with what is free in the cluster that its next run asks. */
export function ConfigurationSection({
  configuration,
  own,
  capacity = false,
}: {
  configuration: Configuration;
  own: boolean;
  capacity?: boolean;
}) {
  const { name: project } = useProject();
  const place = useQuery(placeQuery(project)).data;
  return (
    <Section title="Configuration">
      <Stack gap="sm">
        <ConfigurationSummary configuration={configuration} place={place} own={own} capacity={capacity} />
      </Stack>
    </Section>
  );
}
