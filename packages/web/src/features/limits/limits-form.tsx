import type { LimitValues } from '@emberlab/contract';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { overridesOf, type LimitDraft } from './limit-draft.ts';
import { draftErrors, LimitFields } from './limit-fields.tsx';

/** Fields for limits, and what saves them. Mistakes are said from the first try to save on. `defaults`: what holds where a field says nothing; null: no limit. */
export function LimitsForm({
  first,
  defaults,
  about,
  failure,
  onSave,
  onClose,
}: {
  first: () => LimitDraft;
  defaults: LimitValues | null;
  about: string;
  failure: string;
  onSave: (values: ReturnType<typeof overridesOf>) => Promise<unknown>;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(first);
  const [checked, setChecked] = useState(false);
  const save = useMutation({
    mutationFn: () => onSave(overridesOf(draft)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.limitDefaults });
      onClose();
    },
  });
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {about}
      </Text>
      <LimitFields draft={draft} errors={checked ? draftErrors(draft) : {}} defaults={defaults} onChange={setDraft} />
      <ActionError error={save.error} title={failure} />
      <Group justify="flex-end" gap="xs">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="filled"
          loading={save.isPending}
          onClick={() => {
            setChecked(true);
            if (Object.keys(draftErrors(draft)).length === 0) save.mutate();
          }}
        >
          Save
        </Button>
      </Group>
    </Stack>
  );
}
