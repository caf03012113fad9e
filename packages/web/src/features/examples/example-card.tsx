import { kernelLabel, type Example } from '@emberlab/contract';
import { Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import { UnstyledLink } from '../../ui/links.tsx';
import type { ExampleSearch } from './example-search.ts';
import classes from './example-card.module.css';

/** An example in the gallery. The whole card leads to its preview. */
export function ExampleCard({
  project,
  example,
  search,
}: {
  project: string;
  example: Example;
  /** what the page shows now, which stays so behind the preview */
  search: ExampleSearch;
}) {
  const { id, title, summary, topics, kernel, minutes } = example;
  return (
    <Card className={classes.card} component="article">
      <Stack gap="xs" h="100%">
        <Group justify="space-between" gap="xs">
          <Badge variant="default" radius="sm" tt="none" fw={500}>
            {kernelLabel(kernel)}
          </Badge>
          <Text size="xs" c="dimmed">
            {minutes} min
          </Text>
        </Group>
        <Title order={2} fz="md" className="el-break">
          <UnstyledLink
            to="/projects/$project/examples"
            params={{ project }}
            search={{ ...search, show: id }}
            replace
            resetScroll={false}
            className={classes.link}
          >
            {title}
          </UnstyledLink>
        </Title>
        <Text size="sm">{summary}</Text>
        <Text size="xs" c="dimmed" mt="auto">
          {topics.join(' · ')}
        </Text>
      </Stack>
    </Card>
  );
}
