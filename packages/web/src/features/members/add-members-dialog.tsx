import { role, type MembersAnswer, type Role } from '@emberlab/contract';
import { Button, Code, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { countOf } from '../../lib/units.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useProject } from '../projects/project-context.ts';
import { readAddresses } from './addresses.ts';
import { roleChoices } from './role-choices.ts';

/** Adds people who have an account, as many as one likes; says of whom it knows nothing. */
export function AddMembersDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add members" closeOnClickOutside={false}>
      <AddMembers onClose={onClose} />
    </Modal>
  );
}

function AddMembers({ onClose }: { onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [as, setAs] = useState<Role>('editor');
  const [tried, setTried] = useState(false);
  const { emails, wrong } = readAddresses(text);
  const add = useMutation({
    mutationFn: () =>
      api.call('projects.addMembers', {
        params: { project },
        body: { members: emails.map((email) => ({ email, role: as })) },
      }),
    onSuccess: async (answer) => {
      await client.invalidateQueries({ queryKey: keys.members(project) });
      void client.invalidateQueries({ queryKey: keys.projects });
      if (answer.unknown.length === 0) onClose();
    },
  });
  if (add.isSuccess) return <Unknown answer={add.data} onClose={onClose} />;
  const problem =
    wrong.length > 0 ? `This is no e-mail address: ${wrong[0]}` : emails.length === 0 ? 'Please name somebody.' : null;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (problem === null) add.mutate();
      }}
    >
      <Stack gap="sm">
        <Textarea
          label="E-mail addresses"
          description="Of people who have an account here; one a line"
          placeholder={'ada@example.org\ngrace@example.org'}
          rows={5}
          data-autofocus
          spellCheck={false}
          value={text}
          error={tried ? problem : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          label="Role"
          description="Who is a member already gets this role"
          allowDeselect={false}
          data={roleChoices}
          value={as}
          onChange={(value) => setAs(role.safeParse(value).data ?? as)}
        />
        <ActionError error={add.error} title="Nobody was added" />
        <Group justify="flex-end" gap="xs" mt="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={add.isPending}>
            {emails.length > 1 ? `Add ${emails.length} members` : 'Add'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What was done, and for whom nothing could be. */
function Unknown({ answer, onClose }: { answer: MembersAnswer; onClose: () => void }) {
  const done = answer.added + answer.changed;
  return (
    <Stack gap="sm">
      {done > 0 && <Text size="sm">{countOf(done, 'member')} added or changed.</Text>}
      <Notice tone="warning" title="Nobody has an account with these addresses">
        <Code block mah={200} style={{ overflow: 'auto' }} className="el-break">
          {answer.unknown.join('\n')}
        </Code>
        <Text size="sm">Please send them an invitation: it waits until they have one.</Text>
      </Notice>
      <Group justify="flex-end">
        <Button variant="filled" onClick={onClose}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
