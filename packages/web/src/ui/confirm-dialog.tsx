import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { ActionError } from './error-state.tsx';

/** What is done once it is confirmed, as a mutation of the query library has it. */
type Doing<T> = {
  mutate: (what: T) => void;
  reset: () => void;
  readonly isPending: boolean;
  readonly error: Error | null;
};

/** Asks before something is done; `children` say what will be lost. It stays open with the reason where that failed. */
export function ConfirmDialog<T>({
  asking,
  doing,
  title,
  action,
  failed,
  dangerous = true,
  onClose,
  children,
}: {
  /** what it is to be done to; null: nothing is asked */
  asking: T | null;
  doing: Doing<T>;
  title: ReactNode;
  /** what the button says */
  action: ReactNode;
  /** what is so when it failed */
  failed: string;
  dangerous?: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const close = (): void => {
    doing.reset();
    onClose();
  };
  return (
    <Modal opened={asking !== null} onClose={close} title={title}>
      <Stack>
        {children}
        <ActionError error={doing.error} title={failed} />
        <Group justify="flex-end" gap="xs">
          <Button onClick={close}>Cancel</Button>
          <Button
            variant="filled"
            {...(dangerous ? { color: 'red.8' } : {})}
            loading={doing.isPending}
            onClick={() => asking !== null && doing.mutate(asking)}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
