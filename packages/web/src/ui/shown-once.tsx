import { Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** A secret that its reader has to copy now. */
export function ShownOnce({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Text size="sm">
        This is the secret of <b className="el-break">{name}</b>. Please copy it now: it is shown this once and can’t be
        seen again.
      </Text>
      <Code block className="el-break" style={{ whiteSpace: 'pre-wrap' }}>
        {secret}
      </Code>
      <Group justify="flex-end" gap="xs">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              variant="filled"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
