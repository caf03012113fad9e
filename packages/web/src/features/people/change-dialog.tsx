import type { Person } from '@emberlab/contract';
import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';

export type Change = 'disable' | 'enable' | 'unlock' | 'make-admin' | 'unmake-admin';

type Asking = { readonly title: string; readonly text: string; readonly button: string; readonly failed: string };

/** What each change means, asked before it is made. */
const asking: Readonly<Record<Change, Asking>> = {
  disable: {
    title: 'Disable this account?',
    text: 'They are logged out everywhere, their API tokens open nothing, and their Jupyter servers and Spark sessions end within seconds: values of variables and unsaved changes are lost. Files, projects and memberships stay.',
    button: 'Disable',
    failed: 'The account was not disabled',
  },
  enable: {
    title: 'Enable this account?',
    text: 'They can log in again, with the roles that they had. Their API tokens work again.',
    button: 'Enable',
    failed: 'The account was not enabled',
  },
  unlock: {
    title: 'Unlock this account?',
    text: 'There were too many wrong passwords. They are forgotten, so that its user can try again now; so can whoever guessed.',
    button: 'Unlock',
    failed: 'The account was not unlocked',
  },
  'make-admin': {
    title: 'Make an administrator?',
    text: 'Administrators set limits, disable accounts, read the whole audit log and make other administrators.',
    button: 'Make administrator',
    failed: 'They were not made an administrator',
  },
  'unmake-admin': {
    title: 'Make no administrator?',
    text: 'They lose the rights of administrators at once; their projects stay theirs.',
    button: 'Make no administrator',
    failed: 'They are still an administrator',
  },
};

async function carryOut({ email }: Person, change: Change): Promise<void> {
  const params = { email };
  if (change === 'disable') await api.call('people.disable', { params });
  else if (change === 'enable') await api.call('people.enable', { params });
  else if (change === 'unlock') await api.call('people.unlock', { params });
  else await api.call('people.setAdministrator', { params, body: { admin: change === 'make-admin' } });
}

/** Asks before it changes somebody's account. */
export function ChangeDialog({
  changing,
  onClose,
}: {
  changing: { person: Person; change: Change } | null;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: ({ person, change }: { person: Person; change: Change }) => carryOut(person, change),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.people });
      onClose();
    },
  });
  const words = changing === null ? null : asking[changing.change];
  return (
    <ConfirmDialog
      asking={changing}
      doing={save}
      title={words?.title}
      action={words?.button}
      failed={words?.failed ?? ''}
      dangerous={changing?.change === 'disable'}
      onClose={onClose}
    >
      <Text size="sm" className="el-break">
        <b>{changing?.person.name}</b> ({changing?.person.email})
      </Text>
      <Text size="sm">{words?.text}</Text>
    </ConfirmDialog>
  );
}
