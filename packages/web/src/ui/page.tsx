import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { use, useId, type ReactNode } from 'react';
import { TitlePrefixContext } from './title-prefix.ts';

/** A page: its heading, which names the browser's tab too, the actions of the page, and sections below. */
export function Page({
  title,
  tab,
  description,
  actions,
  children,
}: {
  title: string;
  /** what the browser's tab says besides the title, such as the project */
  tab?: string | undefined;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { prefix } = use(TitlePrefixContext);
  useDocumentTitle([prefix ?? undefined, title, tab, 'Emberlab'].filter((part) => part !== undefined).join(' · '));
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Stack gap={2} miw={0}>
          <Title order={1} className="el-break">
            {title}
          </Title>
          {description !== undefined && (
            <Text size="sm" c="dimmed" component="div" className="el-break">
              {description}
            </Text>
          )}
        </Stack>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** A framed part of a page with a heading of its own. */
export function Section({
  title,
  aside,
  children,
  flush = false,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  /** the content reaches the frame, as a table does */
  flush?: boolean;
}) {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} style={{ overflow: 'hidden' }}>
      <Group
        justify="space-between"
        px="md"
        py="xs"
        mih={44}
        gap="xs"
        style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}
      >
        <Title order={2} size="sm" id={id}>
          {title}
        </Title>
        {aside}
      </Group>
      {flush ? children : <div style={{ padding: 'var(--mantine-spacing-md)' }}>{children}</div>}
    </Paper>
  );
}
