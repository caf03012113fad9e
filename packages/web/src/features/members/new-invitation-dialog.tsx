import { newInvitationBody, type Role } from '@emberlab/contract';
import { Button, Code, CopyButton, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { useProject } from '../projects/project-context.ts';
import { roleChoices } from './role-choices.ts';

const expiries = [
  { value: '1', label: 'in a day' },
  { value: '7', label: 'in 7 days' },
  { value: '30', label: 'in 30 days' },
];

type Draft = { role: Role; email: string; expires: string; maxUses: number | string };

const bodyOf = ({ role, email, expires, maxUses }: Draft) => ({
  role,
  email: email.trim() === '' ? null : email,
  expiresInDays: Number(expires),
  maxUses: email.trim() === '' ? Number(maxUses) : 1,
});

/** Makes a link that lets people join and shows it, once. */
export function NewInvitationDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Invite by link" closeOnClickOutside={false}>
      <NewInvitation onClose={onClose} />
    </Modal>
  );
}

function NewInvitation({ onClose }: { onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const form = useForm<Draft>({
    initialValues: { role: 'editor', email: '', expires: '7', maxUses: 1 },
    validate: (draft) => fieldErrors(newInvitationBody, bodyOf(draft)),
  });
  const create = useMutation({
    mutationFn: (draft: Draft) => api.call('projects.invite', { params: { project }, body: bodyOf(draft) }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.invitations(project) }),
    // The answer has the secret in it, so it is not kept for a while as others are.
    gcTime: 0,
  });
  if (create.isSuccess) return <InvitationLink url={create.data.url} email={create.data.email} onClose={onClose} />;
  const forOne = form.getValues().email.trim() !== '';
  return (
    <form onSubmit={form.onSubmit((draft) => create.mutate(draft))} noValidate>
      <Stack gap="sm">
        <Select label="Role" allowDeselect={false} data={roleChoices} {...form.getInputProps('role')} />
        <TextInput
          label="E-mail address"
          description="If you name one, the link is of use to that address alone"
          placeholder="anybody"
          type="email"
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <Group grow align="flex-start">
          <Select label="Expires" data={expiries} allowDeselect={false} {...form.getInputProps('expires')} />
          <NumberInput
            label="For how many people"
            min={1}
            max={1000}
            allowDecimal={false}
            {...form.getInputProps('maxUses')}
            {...(forOne ? { value: 1, disabled: true } : {})}
          />
        </Group>
        <ActionError error={create.error} title="The invitation was not made" />
        <Group justify="flex-end" gap="xs" mt="xs">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={create.isPending}>
            Make link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function InvitationLink({ url, email, onClose }: { url: string; email: string | null; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Text size="sm" className="el-break">
        {email === null ? 'Please send this link to those whom you invite.' : `Please send this link to ${email}.`} It
        is shown only now. Who opens it logs in and joins.
      </Text>
      <Code block className="el-break" style={{ whiteSpace: 'pre-wrap' }} data-testid="invitation-link">
        {url}
      </Code>
      <Group justify="flex-end" gap="xs">
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />} onClick={copy}>
              {copied ? 'Copied' : 'Copy link'}
            </Button>
          )}
        </CopyButton>
        <Button variant="filled" onClick={onClose}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
