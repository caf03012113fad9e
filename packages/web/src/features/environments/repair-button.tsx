import { Button } from '@mantine/core';
import { IconTool } from '@tabler/icons-react';
import { ActionError } from '../../ui/error-state.tsx';
import { useChange } from './use-change.ts';

/** Puts back what the lock says, at once: where something is wrong there is nothing to lose. */
export function RepairButton() {
  const change = useChange();
  return (
    <>
      <Button
        size="xs"
        variant="filled"
        leftSection={<IconTool size={14} />}
        loading={change.isPending}
        onClick={() => change.mutate({ kind: 'repair' })}
      >
        Repair
      </Button>
      <ActionError error={change.error} title="The repair was not begun" />
    </>
  );
}
