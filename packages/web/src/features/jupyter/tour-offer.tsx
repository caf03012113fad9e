import { Button, Group, Text } from '@mantine/core';
import { Suspense, useState } from 'react';
import { lazily } from '../../ui/lazily.ts';
import { Notice } from '../../ui/notice.tsx';
import { useTour } from './use-tour.ts';

const JupyterTour = lazily(() => import('./jupyter-tour.tsx'), 'JupyterTour');

/** Offers newcomers a tour of the page, until they have been through it or do not want it. */
export function TourOffer() {
  const { offered, set } = useTour();
  const [running, setRunning] = useState(false);
  if (running) {
    return (
      <Suspense>
        <JupyterTour
          onEnd={() => {
            setRunning(false);
            set(true);
          }}
        />
      </Suspense>
    );
  }
  if (!offered) return null;
  return (
    <Notice tone="info" title="New here?">
      <Text size="sm">A short tour shows what is where on this page, in a minute.</Text>
      <Group gap="xs" mt="xs">
        <Button size="xs" onClick={() => setRunning(true)}>
          Take the tour
        </Button>
        <Button size="xs" onClick={() => set(true)}>
          No, thanks
        </Button>
      </Group>
    </Notice>
  );
}
