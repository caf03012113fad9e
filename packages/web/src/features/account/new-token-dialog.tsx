import { newTokenBody } from '@emberlab/contract';
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { fieldErrors } from '../../lib/form-errors.ts';
import { authQuery } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { createToken, tokensKey, type TokenOwner } from './token-api.ts';
import { toBody, TokenRightsFields, usualRights } from './token-rights.tsx';

/** Makes a token and shows its secret, once: it is kept nowhere and gone when the dialog is. */
export function NewTokenDialog({
  owner,
  opened,
  onClose,
}: {
  owner: TokenOwner;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title="Create an API token" closeOnClickOutside={false}>
      <NewToken owner={owner} onClose={onClose} />
    </Modal>
  );
}

function NewToken({ owner, onClose }: { owner: TokenOwner; onClose: () => void }) {
  const client = useQueryClient();
  const { data: auth } = useQuery(authQuery);
  const mayAdminister = owner.service === null && auth?.user?.admin === true;
  const form = useForm({
    initialValues: { name: '', ...usualRights },
    validate: (values) => fieldErrors(newTokenBody, { name: values.name, ...toBody(values) }),
  });
  const create = useMutation({
    mutationFn: ({ name, ...rights }: typeof form.values) => createToken(owner, { name, ...toBody(rights) }),
    onSuccess: () => void client.invalidateQueries({ queryKey: tokensKey(owner) }),
    // The answer has the secret in it, so it is not kept for a while as others are.
    gcTime: 0,
  });
  if (create.isSuccess) return <ShownOnce name={create.data.name} secret={create.data.secret} onClose={onClose} />;
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
        <TokenRightsFields form={form} own={owner.service === null} admin={mayAdminister} />
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
