import { Modal, Skeleton } from '@mantine/core';
import { Suspense } from 'react';
import { lazily } from '../../ui/lazily.ts';

// With the schemas that check it: most visits make no project.
const NewProjectForm = lazily(() => import('./new-project-form.tsx'), 'NewProjectForm');

/** Asks for what a new project needs. */
export function NewProjectDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Create project">
      <Suspense fallback={<Skeleton height={220} aria-busy="true" aria-label="Loading" />}>
        <NewProjectForm onClose={onClose} />
      </Suspense>
    </Modal>
  );
}
