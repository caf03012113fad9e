import { ActionIcon, Button, Kbd } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { lazily } from '../ui/lazily.ts';
import { modKey } from './mod-key.ts';

const Palette = lazily(() => import('./palette.tsx'), 'Palette');

/** The button of the palette, and Ctrl/⌘ K wherever one is, also while one types. */
export function PaletteHost(props: { project: string | undefined; onHelp: () => void }) {
  const [opened, setOpened] = useState(false);
  // Once there it stays, closed: what it asks with stands in it.
  const [wanted, setWanted] = useState(false);
  const open = (): void => {
    setWanted(true);
    setOpened(true);
  };
  useHotkeys([['mod+K', () => (opened ? setOpened(false) : open())]], [], true);
  const shared = { onClick: open, 'aria-haspopup': 'dialog', 'aria-keyshortcuts': 'Control+K Meta+K' } as const;
  return (
    <>
      <Button
        {...shared}
        size="compact-sm"
        fw={400}
        c="dimmed"
        visibleFrom="sm"
        leftSection={<IconSearch size={15} aria-hidden="true" />}
        rightSection={
          <Kbd size="xs" aria-hidden="true">
            {modKey} K
          </Kbd>
        }
      >
        Go to
      </Button>
      <ActionIcon {...shared} size="lg" variant="subtle" color="gray" hiddenFrom="sm" aria-label="Go to">
        <IconSearch size={18} />
      </ActionIcon>
      {wanted && (
        <Suspense>
          <Palette {...props} opened={opened} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
