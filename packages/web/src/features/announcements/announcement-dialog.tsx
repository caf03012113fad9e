import { announcementBody, type Announcement, type AnnouncementBody } from '@emberlab/contract';
import { Button, Checkbox, Group, Modal, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { fromLocal, toLocal } from './local-time.ts';

/** What is being written: `new`, or one that is changed; null: nothing. */
export type Writing = 'new' | Announcement | null;

/** Writes an announcement, or changes one. */
export function AnnouncementDialog({ writing, onClose }: { writing: Writing; onClose: () => void }) {
  const title = writing === 'new' ? 'Write an announcement' : 'Change the announcement';
  return (
    <Modal opened={writing !== null} onClose={onClose} title={title} size="lg">
      {writing !== null && (
        <AnnouncementForm key={writing === 'new' ? 'new' : writing.id} writing={writing} onClose={onClose} />
      )}
    </Modal>
  );
}

const emptyDraft = { text: '', level: 'info' as 'info' | 'warning', from: '', until: '', atLogin: false };
type Draft = typeof emptyDraft;

const toDraft = (writing: Announcement | 'new'): Draft =>
  writing === 'new'
    ? emptyDraft
    : {
        text: writing.text,
        level: writing.level,
        from: toLocal(writing.from),
        // One that is over is announced again until somebody ends it.
        until: writing.state === 'over' ? '' : toLocal(writing.until),
        atLogin: writing.atLogin,
      };

/** `before`: what the fields said; a time that nobody has touched stays what it was, with its seconds. */
const toBody = (draft: Draft, before: Draft): AnnouncementBody => ({
  ...draft,
  from: draft.from === before.from ? null : fromLocal(draft.from),
  until: fromLocal(draft.until),
});

function AnnouncementForm({ writing, onClose }: { writing: Announcement | 'new'; onClose: () => void }) {
  const client = useQueryClient();
  const before = toDraft(writing);
  const form = useForm({
    initialValues: before,
    validate: (draft) => fieldErrors(announcementBody, toBody(draft, before)),
  });
  const save = useMutation({
    mutationFn: (body: AnnouncementBody) =>
      writing === 'new'
        ? api.call('announcements.create', { body })
        : api.call('announcements.change', { params: { id: writing.id }, body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.announcements });
      onClose();
    },
  });
  return (
    <form onSubmit={form.onSubmit((draft) => save.mutate(toBody(draft, before)))} noValidate>
      <Stack gap="md">
        <Textarea
          label="Text"
          description="Plain text, up to 1000 characters"
          rows={4}
          data-autofocus
          {...form.getInputProps('text')}
        />
        <Radio.Group label="Level" {...form.getInputProps('level')}>
          <Stack gap={6} mt={4}>
            <Radio value="info" label="Information: each reader can put it away" />
            <Radio value="warning" label="Warning: it stays on every page until it is over" />
          </Stack>
        </Radio.Group>
        <Group gap="md" align="flex-start">
          <TextInput
            type="datetime-local"
            label="From"
            description={writing === 'new' ? 'Empty: from now on' : 'Empty: as it was'}
            {...form.getInputProps('from')}
          />
          <TextInput
            type="datetime-local"
            label="Until"
            description="Empty: until it is ended"
            {...form.getInputProps('until')}
          />
        </Group>
        <Checkbox
          label="Also on the login page"
          description="Anybody who can reach this address can read it there"
          {...form.getInputProps('atLogin', { type: 'checkbox' })}
        />
        <ActionError error={save.error} title="The announcement was not saved" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={save.isPending}>
            {writing === 'new' ? 'Announce' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
