import { Button, Center, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { type ErrorComponentProps } from '@tanstack/react-router';
import { ErrorState } from './error-state.tsx';
import { Flame } from './logo.tsx';
import { AnchorLink } from './links.tsx';

/** What an address shows that leads nowhere at all, so that there is no frame around it. */
export function NowherePage() {
  return (
    <main>
      <NotFoundPage />
    </main>
  );
}

/** What a page of the frame shows when there is no such thing. */
export function NotFoundPage() {
  useDocumentTitle('Nothing here · Emberlab');
  return (
    <Center mih="60vh" px="md">
      <Stack align="center" gap="sm" maw={420} ta="center">
        <Flame size={40} />
        <Title order={1}>There is nothing here</Title>
        <Text c="dimmed">The page may have moved, or it belongs to a project that you are not a member of.</Text>
        <AnchorLink to="/">Go to your projects</AnchorLink>
      </Stack>
    </Center>
  );
}

/** What is shown instead of a page that broke, or that could not be loaded. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  useDocumentTitle('Something went wrong · Emberlab');
  return (
    <Center mih="60vh" px="md">
      <Stack gap="md" w="100%" maw={520}>
        <ErrorState error={error} title="This page could not be shown" onRetry={reset} />
        <Button onClick={() => window.location.reload()} style={{ alignSelf: 'flex-start' }}>
          Reload the page
        </Button>
      </Stack>
    </Center>
  );
}
