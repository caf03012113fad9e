import { newTokenBody } from '@emberlab/contract';
import { Button, Code, CopyButton, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';

const expiries = [
  { value: '7', label: 'in 7 days' },
  { value: '30', label: 'in 30 days' },
  { value: '90', label: 'in 90 days' },
  { value: '365', label: 'in a year' },
  { value: 'never', label: 'never' },
];

/** Makes a token and shows its secret, once: it is kept nowhere and gone when the dialog is. */
export function NewTokenDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Create an API token" closeOnClickOutside={false}>
      <NewToken onClose={onClose} />
    </Modal>
  );
}

function NewToken({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { name: '', expires: '90' },
    validate: (values) => fieldErrors(newTokenBody.pick({ name: true }), values),
  });
  const create = useMutation({
    mutationFn: ({ name, expires }: typeof form.values) =>
      api.call('me.createToken', { body: { name, expiresInDays: expires === 'never' ? null : Number(expires) } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.tokens }),
    // The answer has the secret in it, so it is not kept for a while as others are.
    gcTime: 0,
  });
  if (create.isSuccess) return <Secret name={create.data.name} secret={create.data.secret} onClose={onClose} />;
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description="What will use it"
          placeholder="nightly report"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Select label="Expires" data={expiries} allowDeselect={false} {...form.getInputProps('expires')} />
        <ActionError error={create.error} title="The token was not made" />
        <Group justify="flex-end" gap="xs" mt="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={create.isPending}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Secret({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
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
