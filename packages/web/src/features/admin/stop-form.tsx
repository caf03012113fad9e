import { stopNote, type Running } from '@emberlab/contract';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ActionError } from '../../ui/error-state.tsx';
import { adminKeys } from './queries.ts';

/** Asks for the reason, without which nothing of others is stopped, then stops. `children` says what is lost. */
export function StopForm({
  stop,
  label,
  onClose,
  children,
}: {
  stop: (reason: string) => Promise<{ items: Running[] }>;
  label: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const stopping = useMutation({
    mutationFn: stop,
    async onSuccess() {
      onClose();
      await client.invalidateQueries({ queryKey: adminKeys.running });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const read = stopNote.safeParse(reason);
        setProblem(read.success ? null : (read.error.issues[0]?.message ?? null));
        if (read.success) stopping.mutate(read.data);
      }}
    >
      <Stack>
        {children}
        <TextInput
          label="Reason"
          description="Whose it is reads this, and it stands in the audit log."
          placeholder="The machine is needed for …"
          data-autofocus
          value={reason}
          error={problem}
          onChange={(event) => {
            setReason(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <ActionError error={stopping.error} title="It was not stopped" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" color="red.8" loading={stopping.isPending}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
