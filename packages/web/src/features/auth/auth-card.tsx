import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Flame } from '../../ui/logo.tsx';

/** The frame of the pages that come before a login. */
export function AuthCard({
  title,
  description,
  children,
}: {
  title: string;
  description?: string;
  children: ReactNode;
}) {
  useDocumentTitle(`${title} · Emberlab`);
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack w="100%" maw={400} gap="lg">
        <Group gap="xs" justify="center">
          <Flame size={28} />
          <Text fw={650} fz="xl">
            Emberlab
          </Text>
        </Group>
        <Paper p="lg">
          <Stack gap="md">
            <Stack gap={4}>
              <Title order={1} fz="h3">
                {title}
              </Title>
              {description !== undefined && (
                <Text size="sm" c="dimmed">
                  {description}
                </Text>
              )}
            </Stack>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </Center>
  );
}
