import { Modal, SegmentedControl, Stack } from '@mantine/core';
import { useState } from 'react';
import { InstallByName } from './install-by-name.tsx';
import { InstallFile } from './install-file.tsx';
import { InstallFromGit } from './install-from-git.tsx';

const ways = [
  { value: 'name', label: 'By name' },
  { value: 'file', label: 'File' },
  { value: 'git', label: 'Git' },
] as const;

/** Installs libraries: from the index, from a file or a list in one, or from a Git repository. */
export function InstallDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Install library" size="lg">
      <Ways onClose={onClose} />
    </Modal>
  );
}

function Ways({ onClose }: { onClose: () => void }) {
  const [way, setWay] = useState<string>('name');
  return (
    <Stack>
      <SegmentedControl aria-label="Where from" data={[...ways]} value={way} onChange={setWay} />
      {way === 'name' && <InstallByName onAsked={onClose} />}
      {way === 'file' && <InstallFile onAsked={onClose} />}
      {way === 'git' && <InstallFromGit onAsked={onClose} />}
    </Stack>
  );
}
