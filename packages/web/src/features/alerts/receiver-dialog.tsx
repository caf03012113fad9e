import { ApiError, receiverBody, type AlertReceiver, type ReceiverWithSecret } from '@emberlab/contract';
import { Button, Group, Modal, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { useProject } from '../projects/project-context.ts';
import { draftOf, errorsOf, toBody, type ReceiverDraft } from './receiver-draft.ts';

/** What the dialog is about: `new`, or a receiver that is changed; null: nothing. */
export type Editing = 'new' | AlertReceiver | null;

const types = [
  { value: 'webhook', label: 'Webhook' },
  { value: 'email', label: 'E-mail' },
];

/** Adds a receiver, and shows a webhook's secret, once; or changes one. */
export function ReceiverDialog({
  editing,
  emailAvailable,
  onClose,
}: {
  editing: Editing;
  emailAvailable: boolean;
  onClose: () => void;
}) {
  const [made, setMade] = useState<ReceiverWithSecret | null>(null);
  const close = (): void => {
    setMade(null);
    onClose();
  };
  const title =
    made !== null ? 'The secret of the webhook' : editing === 'new' ? 'Add a receiver' : 'Change the receiver';
  return (
    <Modal opened={editing !== null} onClose={close} title={title} closeOnClickOutside={made === null}>
      {made !== null && made.secret !== null ? (
        <ShownOnce name={made.receiver.name} secret={made.secret} onClose={close} />
      ) : (
        editing !== null && (
          <ReceiverForm
            key={editing === 'new' ? 'new' : editing.id}
            editing={editing}
            emailAvailable={emailAvailable}
            onSaved={(answer) => (answer === null || answer.secret === null ? close() : setMade(answer))}
            onClose={close}
          />
        )
      )}
    </Modal>
  );
}

function ReceiverForm({
  editing,
  emailAvailable,
  onSaved,
  onClose,
}: {
  editing: NonNullable<Editing>;
  emailAvailable: boolean;
  onSaved: (made: ReceiverWithSecret | null) => void;
  onClose: () => void;
}) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const form = useForm({
    initialValues: draftOf(editing === 'new' ? null : editing),
    validate: (draft) => errorsOf(receiverBody, draft),
  });
  const save = useMutation({
    async mutationFn(draft: ReceiverDraft): Promise<ReceiverWithSecret | null> {
      const body = receiverBody.parse(toBody(draft));
      if (editing === 'new') return api.call('alerts.addReceiver', { params: { project }, body });
      await api.call('alerts.changeReceiver', { params: { project, id: editing.id }, body });
      return null;
    },
    onSuccess(answer) {
      void client.invalidateQueries({ queryKey: keys.alerts(project) });
      onSaved(answer);
    },
    onError(error) {
      if (!(error instanceof ApiError)) return;
      form.setErrors(Object.fromEntries(error.details.map(({ path, message }) => [path, message])));
    },
    // The answer has the secret in it, so it is not kept for a while as others are.
    gcTime: 0,
  });
  const { type } = form.getValues();
  const shown = save.error instanceof ApiError && save.error.details.length > 0 ? null : save.error;
  return (
    <form onSubmit={form.onSubmit((draft) => save.mutate(draft))} noValidate>
      <Stack gap="sm">
        {editing === 'new' && (
          <SegmentedControl aria-label="Type" fullWidth data={types} {...form.getInputProps('type')} />
        )}
        <TextInput
          label="Name"
          description="What people call it here"
          placeholder={type === 'webhook' ? 'Team chat' : 'On call'}
          data-autofocus
          {...form.getInputProps('name')}
        />
        {type === 'webhook' ? (
          <TextInput
            label="Address"
            description="Gets a POST for each alert, signed as Standard Webhooks describes"
            placeholder="https://chat.example.org/hooks/…"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('url')}
          />
        ) : (
          <Textarea
            label="E-mail addresses"
            description="One on each line, up to 20; all of them are in the To line"
            placeholder="ada@example.org"
            rows={3}
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('addresses')}
          />
        )}
        {type === 'webhook' && form.getValues().url.trim().startsWith('http://') && (
          <Notice tone="warning">What is sent can be read on its way. Please use https:// if there is one.</Notice>
        )}
        {type === 'email' && !emailAvailable && (
          <Notice tone="warning">
            No e-mail goes out yet: an administrator has to set EMBERLAB_SMTP_URL and EMBERLAB_SMTP_FROM first.
          </Notice>
        )}
        <ActionError error={shown} title="The receiver was not saved" />
        <Group justify="flex-end" gap="xs" mt="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={save.isPending}>
            {editing === 'new' ? 'Add' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
