import { CloseButton, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './notice.module.css';

export type NoticeProps = {
  tone: 'info' | 'warning' | 'bad';
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  onDismiss?: () => void;
};

/** Something that people should know, in the place it is about. */
export function Notice({ tone, title, children, action, onDismiss }: NoticeProps) {
  const Icon = tone === 'info' ? IconInfoCircle : IconAlertTriangle;
  return (
    <Paper className={classes.notice} data-tone={tone} p="sm" role={tone === 'bad' ? 'alert' : 'note'}>
      <Group align="flex-start" wrap="nowrap" gap="sm">
        <Icon size={18} className={classes.icon} aria-hidden="true" />
        <Stack gap={4} flex={1} miw={0} className="el-break">
          {title !== undefined && (
            <Title order={2} size="sm">
              {title}
            </Title>
          )}
          {typeof children === 'string' ? <Text size="sm">{children}</Text> : children}
          {action !== undefined && (
            <Group gap="xs" mt={4}>
              {action}
            </Group>
          )}
        </Stack>
        {onDismiss !== undefined && <CloseButton size="sm" aria-label="Dismiss" onClick={onDismiss} />}
      </Group>
    </Paper>
  );
}
