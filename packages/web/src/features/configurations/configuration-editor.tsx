import type { Configuration, ProfileChoice, SparkPlace } from '@emberlab/contract';
import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { countOf, formatMegabytes } from '../../lib/units.ts';
import { ConfigurationForm } from './configuration-form.tsx';
import { toDraft, type ConfigurationOf, type Draft } from './draft.ts';
import { EffectiveProperties } from './effective-properties.tsx';
import { placeOf } from './place-of.ts';
import { useTransfer } from './transfer.tsx';
import type { CheckedDraft } from './use-checked-draft.ts';

/** A configuration to edit, with what it comes to and the ways into a file and out of one. */
export function ConfigurationEditor({
  draft,
  checked,
  place,
  profiles,
  fileName,
  of = 'jupyter',
  onChange,
  children,
}: {
  draft: Draft;
  checked: CheckedDraft;
  place: SparkPlace;
  /** what the server may run in; null: it is for jobs, which run in none */
  profiles: readonly ProfileChoice[] | null;
  /** of an export */
  fileName: string;
  of?: ConfigurationOf;
  onChange: (draft: Draft) => void;
  /** what stands above the buttons */
  children?: ReactNode;
}) {
  const { configuration, errors, effective } = checked;
  const chosen = placeOf(place, draft.type === 'spark' ? draft.spark.engine : null);
  const transfer = useTransfer({
    configuration,
    fileName,
    // What belongs to the other type stays as it is.
    onImport: (imported) =>
      onChange({
        ...draft,
        type: of === 'job' ? draft.type : imported.type,
        profile: profiles === null ? null : imported.profile,
        [imported.type]: toDraft(imported)[imported.type],
      }),
  });
  return (
    <Stack gap="md">
      <ConfigurationForm draft={draft} errors={errors} place={place} profiles={profiles} of={of} onChange={onChange} />
      <Stack gap="xs">
        <Text size="sm" c="dimmed" mih={20}>
          {configuration === null ? '' : spellTotal(configuration, chosen, of)}
        </Text>
        {children}
        {transfer.notice}
        <Group gap="xs">
          {draft.type === 'spark' && <EffectiveProperties effective={effective} place={chosen} of={of} />}
          {transfer.buttons}
        </Group>
      </Stack>
    </Stack>
  );
}

/** What it takes at most. */
function spellTotal(configuration: Configuration, place: SparkPlace, of: ConfigurationOf): string {
  const what = of === 'job' ? 'run' : 'notebook';
  if (configuration.type === 'python') {
    return `In all ${formatMegabytes(configuration.memoryMb)} of memory and ${countOf(configuration.cores, 'core')}.`;
  }
  const { driverMemoryMb, driverCores, executorMemoryMb, executorCores, executors } = configuration;
  const count = !place.executors ? 0 : executors.mode === 'static' ? executors.instances : executors.max;
  const memory = formatMegabytes(driverMemoryMb + count * executorMemoryMb);
  const cores = countOf(driverCores + count * executorCores, 'core');
  return count === 0
    ? `Each ${what} takes up to ${memory} of memory for its driver, and ${cores}.`
    : `Each ${what} takes up to ${memory} of memory and ${cores}: its driver and ${countOf(count, 'executor')}.`;
}
