import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { ActionError } from '../../ui/error-state.tsx';

/** What a dialog has that asks before a change of the environment is asked for. */
export function ChangeForm({
  action,
  dangerous = false,
  disabled = false,
  pending,
  error,
  onConfirm,
  onClose,
  children,
}: {
  /** what the button says */
  action: string;
  dangerous?: boolean;
  disabled?: boolean;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Stack>
      {children}
      <ActionError error={error} title="Nothing was changed" />
      <Group justify="flex-end" gap="xs">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="filled"
          loading={pending}
          disabled={disabled}
          onClick={onConfirm}
          {...(dangerous ? { color: 'red.8' } : {})}
        >
          {action}
        </Button>
      </Group>
    </Stack>
  );
}
