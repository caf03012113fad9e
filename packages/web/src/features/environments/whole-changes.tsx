import { Checkbox, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import { ChangeForm } from './change-form.tsx';
import { useChange } from './use-change.ts';

/** Changes of the environment as a whole. */
export type WholeChange = 'recreate' | 'update' | 'repair';

const titles: Readonly<Record<WholeChange, string>> = {
  recreate: 'Recreate the Python environment?',
  update: 'Update all libraries?',
  repair: 'Repair the Python environment?',
};

/** Says what such a change does, and asks for it; null: none is thought of. */
export function WholeChangeDialog({ which, onClose }: { which: WholeChange | null; onClose: () => void }) {
  return (
    <Modal opened={which !== null} onClose={onClose} title={which === null ? '' : titles[which]}>
      {which === 'recreate' && <Recreate onClose={onClose} />}
      {which === 'update' && <UpdateAll onClose={onClose} />}
      {which === 'repair' && <Repair onClose={onClose} />}
    </Modal>
  );
}

function Recreate({ onClose }: { onClose: () => void }) {
  const [keep, setKeep] = useState(true);
  const change = useChange(onClose);
  return (
    <ChangeForm
      action="Recreate"
      pending={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ kind: 'recreate', keep })}
      onClose={onClose}
    >
      <Text size="sm">
        A new revision is made from the base set beside the one in use. What runs now is not touched; servers started
        afterwards use the new one, and the former can be restored.
      </Text>
      <Checkbox
        label="Install again what was asked for in this project"
        checked={keep}
        onChange={(event) => setKeep(event.currentTarget.checked)}
      />
    </ChangeForm>
  );
}

function UpdateAll({ onClose }: { onClose: () => void }) {
  const change = useChange(onClose);
  return (
    <ChangeForm
      action="Update all"
      pending={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ kind: 'update', packages: null })}
      onClose={onClose}
    >
      <Text size="sm">
        Everything goes up to the newest versions that go together, what Jupyter and Spark kernels need as well. If no
        versions go together, nothing changes. The revision in use can be restored.
      </Text>
    </ChangeForm>
  );
}

function Repair({ onClose }: { onClose: () => void }) {
  const change = useChange(onClose);
  return (
    <ChangeForm
      action="Repair"
      pending={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ kind: 'repair' })}
      onClose={onClose}
    >
      <Text size="sm">
        A new revision is made as the lock says, with what is missing. What was installed by hand in a terminal is not
        in it. Servers started afterwards use it.
      </Text>
    </ChangeForm>
  );
}
