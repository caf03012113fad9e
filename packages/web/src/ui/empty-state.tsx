import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** What stands where a list would be: why it is empty and what to do next. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Center py="xl" px="md">
      <Stack align="center" gap={6} maw={440} ta="center">
        <Text c="dimmed" lh={1} aria-hidden="true">
          {icon}
        </Text>
        <Title order={2} size="md">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
        {action !== undefined && <div style={{ marginTop: 8 }}>{action}</div>}
      </Stack>
    </Center>
  );
}
