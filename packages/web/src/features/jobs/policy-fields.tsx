import { Group, SimpleGrid, Switch, Text } from '@mantine/core';
import { TypedNumber } from '../configurations/number-fields.tsx';
import type { PolicyDraft } from './job-draft.ts';

const unit = (text: string) => ({
  rightSection: (
    <Text size="sm" c="dimmed" aria-hidden="true">
      {text}
    </Text>
  ),
  rightSectionWidth: 64,
  rightSectionPointerEvents: 'none' as const,
});

/** What happens when a run fails, takes long, or meets another. */
export function PolicyFields({
  draft,
  errors,
  onChange,
}: {
  draft: PolicyDraft;
  errors: Readonly<Record<string, string>>;
  onChange: (draft: PolicyDraft) => void;
}) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
        <TypedNumber
          label="Retries"
          description="How often a failed run is tried again: 0 to 10"
          min={0}
          max={10}
          step={1}
          value={draft.retries}
          onType={(retries) => onChange({ ...draft, retries })}
          error={errors['policy.retries']}
          {...unit('times')}
        />
        <TypedNumber
          label="Delay before a retry"
          description="0 to 86,400 seconds"
          min={0}
          max={86_400}
          step={30}
          value={draft.retryDelaySeconds}
          onType={(retryDelaySeconds) => onChange({ ...draft, retryDelaySeconds })}
          error={errors['policy.retryDelaySeconds']}
          {...unit('s')}
        />
        <TypedNumber
          label="Time limit"
          description="A run that takes longer fails. Empty: none"
          min={1}
          max={100_000}
          step={10}
          value={draft.timeLimitMinutes}
          onType={(timeLimitMinutes) => onChange({ ...draft, timeLimitMinutes })}
          error={errors['policy.timeLimitMinutes']}
          {...unit('min')}
        />
      </SimpleGrid>
      <Group>
        <Switch
          label="Several runs at the same time"
          description="Otherwise a run waits until the one before it has ended."
          checked={draft.concurrentRuns}
          onChange={(event) => onChange({ ...draft, concurrentRuns: event.currentTarget.checked })}
        />
      </Group>
    </>
  );
}
