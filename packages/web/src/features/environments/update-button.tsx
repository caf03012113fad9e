import { Button, Text } from '@mantine/core';
import { errorMessage } from '../../lib/api.ts';
import { useChange } from './use-change.ts';

/** Updates one library, and what has to go with it. */
export function UpdateButton({ name, onAsked }: { name: string; onAsked?: () => void }) {
  const change = useChange(onAsked);
  return (
    <>
      <Button
        size="compact-sm"
        loading={change.isPending}
        onClick={() => change.mutate({ kind: 'update', packages: [name] })}
        aria-label={`Update ${name}`}
      >
        Update
      </Button>
      {change.isError && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {errorMessage(change.error)}
        </Text>
      )}
    </>
  );
}
