import { differences, type Configuration, type ConfigurationDefaults } from '@emberlab/contract';
import { Button, Group, Text } from '@mantine/core';

/** What of one's own differs from the project's defaults, and the way back to them. */
export function DefaultsBar({
  configuration,
  defaults,
  pending,
  onReset,
}: {
  configuration: Configuration | null;
  defaults: ConfigurationDefaults;
  pending: boolean;
  onReset: () => void;
}) {
  const found = configuration === null ? null : differences(configuration, defaults.jupyter);
  if (found?.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        As the project’s defaults say.
      </Text>
    );
  }
  return (
    <Group gap="xs">
      <Text size="sm" className="el-break" component="output">
        {found === null
          ? 'Not as the project’s defaults say.'
          : `Differs from the project’s defaults: ${found.map(({ label, there }) => `${label} (there: ${there})`).join(', ')}.`}
      </Text>
      <Button size="compact-sm" loading={pending} onClick={onReset}>
        Use project defaults
      </Button>
    </Group>
  );
}
