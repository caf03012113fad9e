import { ActionIcon, Group, Paper, Stack, Text, Title, Tooltip } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconHelp } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { use, useId, type ReactNode } from 'react';
import { guideTo } from '../lib/guide.ts';
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
          <Group gap={4} wrap="nowrap">
            <Title order={1} className="el-break">
              {title}
            </Title>
            <GuideLink />
          </Group>
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

/** Leads to what the documentation says of the page, in a tab of its own: nobody loses what they have typed. */
function GuideLink() {
  const pathname = useLocation({ select: (location) => location.pathname });
  return (
    <Tooltip label="Guide to this page">
      <ActionIcon
        component="a"
        href={guideTo(pathname)}
        target="_blank"
        rel="noopener"
        variant="subtle"
        color="gray"
        aria-label="Guide to this page"
      >
        <IconHelp size={18} />
      </ActionIcon>
    </Tooltip>
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
