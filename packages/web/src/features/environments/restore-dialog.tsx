import type { RevisionEntry } from '@emberlab/contract';
import { Modal, Text } from '@mantine/core';
import { ChangeForm } from './change-form.tsx';
import { useChange } from './use-change.ts';

/** Goes back to a former revision, after saying what that means; null: to none. */
export function RestoreDialog({ revision, onClose }: { revision: RevisionEntry | null; onClose: () => void }) {
  return (
    <Modal
      opened={revision !== null}
      onClose={onClose}
      title={revision === null ? '' : `Restore revision ${revision.number}?`}
    >
      {revision !== null && <Restore revision={revision} onClose={onClose} />}
    </Modal>
  );
}

function Restore({ revision, onClose }: { revision: RevisionEntry; onClose: () => void }) {
  const change = useChange(onClose);
  const { number, kept } = revision;
  return (
    <ChangeForm
      onClose={onClose}
      action="Restore"
      pending={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ kind: 'restore', revision: number })}
    >
      <Text size="sm">
        {kept
          ? 'Its files are still there, so it is in use in a moment.'
          : 'Its files were removed, so it is made again with exactly the versions that it had.'}{' '}
        Servers started afterwards use it; those that run keep theirs. The revision in use now stays in the history.
      </Text>
    </ChangeForm>
  );
}
