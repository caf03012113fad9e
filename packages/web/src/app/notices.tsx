import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { systemQuery } from '../lib/queries.ts';
import { remember, remembered } from '../lib/storage.ts';
import { Notice } from '../ui/notice.tsx';

const storageKey = 'emberlab-dismissed-notices';

function readDismissed(): string[] {
  try {
    const list: unknown = JSON.parse(remembered(storageKey) ?? '[]');
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}

/** What the platform has to say about itself; each until it is dismissed, and again when its words change. */
export function Notices() {
  const system = useQuery(systemQuery);
  const [dismissed, setDismissed] = useState(readDismissed);
  const all = system.data?.notices ?? [];
  const open = all.filter((notice) => !dismissed.includes(notice.message));
  if (open.length === 0) return null;
  const dismiss = (message: string): void => {
    // Those that are no longer told are forgotten, so that the list doesn't grow.
    const next = [...dismissed.filter((known) => all.some((notice) => notice.message === known)), message];
    setDismissed(next);
    remember(storageKey, JSON.stringify(next));
  };
  return (
    <Stack gap="xs" mb="md">
      {open.map((notice) => (
        <Notice key={notice.message} tone={notice.level} onDismiss={() => dismiss(notice.message)}>
          {notice.message}
        </Notice>
      ))}
    </Stack>
  );
}
