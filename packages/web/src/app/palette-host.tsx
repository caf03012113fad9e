import { useHotkeys } from '@mantine/hooks';
import { Suspense, useState } from 'react';
import { lazily } from '../ui/lazily.ts';

const Palette = lazily(() => import('./palette.tsx'), 'Palette');

/** Ctrl/⌘ K, wherever one is and also while one types. */
export function PaletteHost(props: { project: string | undefined; onHelp: () => void }) {
  const [opened, setOpened] = useState(false);
  // Once there it stays, closed: what it knows is fresh when it is opened again.
  const [wanted, setWanted] = useState(false);
  useHotkeys(
    [
      [
        'mod+K',
        () => {
          setWanted(true);
          setOpened((before) => !before);
        },
      ],
    ],
    [],
    true,
  );
  if (!wanted) return null;
  return (
    <Suspense>
      <Palette {...props} opened={opened} onClose={() => setOpened(false)} />
    </Suspense>
  );
}
