import { fileRules, type FileRules } from '@emberlab/contract';
import { Button, Group, Modal, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { countOf } from '../../lib/units.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { fileRulesQuery } from './queries.ts';

const logSentence = ({ logDays, logNewest }: FileRules): string =>
  logDays === null
    ? 'Logs are kept until somebody deletes them.'
    : `Logs that nobody has written to for ${countOf(logDays, 'day')} are removed, but for the newest ${logNewest} of each folder.`;

/** How long logs are kept, and for owners the way to change that. */
export function LogRule() {
  const project = useProject();
  const { data } = useQuery(fileRulesQuery(project.name));
  if (data === undefined) return null;
  return (
    <Group gap="sm">
      <Text size="sm" c="dimmed">
        {logSentence(data)}
      </Text>
      {mayManage(project) && <RulesButton rules={data} />}
    </Group>
  );
}

/** For owners: how long the bin and the logs are kept. */
export function RulesButton({ rules }: { rules: FileRules }) {
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <Button size="compact-sm" onClick={dialog.open}>
        Change
      </Button>
      <Modal opened={opened} onClose={dialog.close} title="How long files are kept">
        <RulesForm rules={rules} onClose={dialog.close} />
      </Modal>
    </>
  );
}

const numberOf = (value: string | number): number => (value === '' ? Number.NaN : Number(value));

function RulesForm({ rules, onClose }: { rules: FileRules; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const [draft, setDraft] = useState(rules);
  const save = useMutation({
    mutationFn: () => api.call('files.setRules', { params: { project }, body: draft }),
    onSuccess: async (answer) => {
      client.setQueryData(keys.fileRules(project), answer);
      await client.invalidateQueries({ queryKey: keys.files(project) });
      onClose();
    },
  });
  const isGood = fileRules.safeParse(draft).success;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood) save.mutate();
      }}
    >
      <Stack>
        <NumberInput
          label="Days in the bin"
          description="Then what was deleted is removed for good"
          min={1}
          max={3650}
          allowDecimal={false}
          value={draft.binDays}
          onChange={(value) => setDraft({ ...draft, binDays: numberOf(value) })}
        />
        <Switch
          label="Remove old logs"
          description="Only what lies in Logs, and nothing that still runs"
          checked={draft.logDays !== null}
          onChange={(event) => setDraft({ ...draft, logDays: event.currentTarget.checked ? 90 : null })}
        />
        {draft.logDays !== null && (
          <>
            <NumberInput
              label="Days that logs are kept"
              description="Counted from when something was written to them last"
              min={1}
              max={3650}
              allowDecimal={false}
              value={draft.logDays}
              onChange={(value) => setDraft({ ...draft, logDays: numberOf(value) })}
            />
            <NumberInput
              label="Newest ones that always stay"
              description="In each folder of Logs, however old they are"
              min={0}
              max={10_000}
              allowDecimal={false}
              value={draft.logNewest}
              onChange={(value) => setDraft({ ...draft, logNewest: numberOf(value) })}
            />
          </>
        )}
        <ActionError error={save.error} title="Nothing was changed" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={save.isPending} disabled={!isGood}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
