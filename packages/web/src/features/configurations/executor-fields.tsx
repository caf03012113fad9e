import type { SparkPlace } from '@emberlab/contract';
import { Group, Input, SegmentedControl, Stack, Text } from '@mantine/core';
import { useId } from 'react';
import type { DraftErrors, SparkDraft } from './draft.ts';
import { CoresField, ExecutorsField, MemoryField } from './number-fields.tsx';

/** What executors get, and how many there are. */
export function ExecutorFields({
  draft,
  errors,
  place,
  onChange,
}: {
  draft: SparkDraft;
  errors: DraftErrors['fields'];
  place: SparkPlace;
  onChange: (changes: Partial<SparkDraft>) => void;
}) {
  const id = useId();
  return (
    <Stack gap="md">
      {!place.executors && (
        <Text size="sm">
          Spark runs on one machine here (master <code>{place.master}</code>): tasks run in the driver, with its memory
          and cores. What is set for executors is kept and handed to Spark, but has no effect until Spark runs on a
          cluster.
        </Text>
      )}
      <Group gap="xl" align="flex-start">
        <MemoryField
          label="Executor memory"
          value={draft.executorMemory}
          error={errors['executorMemoryMb']}
          onChange={(executorMemory) => onChange({ executorMemory })}
        />
        <CoresField
          label="Executor cores"
          value={draft.executorCores}
          error={errors['executorCores']}
          onChange={(executorCores) => onChange({ executorCores })}
        />
      </Group>
      <div>
        <Input.Label id={id} mb={4}>
          Number of executors
        </Input.Label>
        <div>
          <SegmentedControl
            aria-labelledby={id}
            data={[
              { value: 'dynamic', label: 'As many as needed' },
              { value: 'static', label: 'Always the same' },
            ]}
            value={draft.mode}
            onChange={(mode) => onChange({ mode: mode === 'static' ? 'static' : 'dynamic' })}
          />
        </div>
      </div>
      {draft.mode === 'static' ? (
        <ExecutorsField
          label="Executors"
          min={1}
          value={draft.instances}
          error={errors['executors.instances']}
          onChange={(instances) => onChange({ instances })}
        />
      ) : (
        <Group gap="xl" align="flex-start">
          <ExecutorsField
            label="Executors at least"
            min={0}
            value={draft.min}
            error={errors['executors.min']}
            onChange={(min) => onChange({ min })}
          />
          <ExecutorsField
            label="Executors at most"
            min={1}
            value={draft.max}
            error={errors['executors.max']}
            onChange={(max) => onChange({ max })}
          />
          <ExecutorsField
            label="Executors at first"
            min={0}
            value={draft.initial}
            error={errors['executors.initial']}
            onChange={(initial) => onChange({ initial })}
          />
        </Group>
      )}
    </Stack>
  );
}
