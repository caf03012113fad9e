import type { EngineChoice, SparkPlace } from '@emberlab/contract';
import { Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useProject } from '../projects/project-context.ts';
import { spellCapacity } from './capacity-words.ts';
import { capacityQuery } from './queries.ts';

/** Which engine runs an application, with what its cluster has now; where there is one engine alone, only that. */
export function EngineField({
  place,
  value,
  error,
  onChange,
}: {
  place: SparkPlace;
  /** null: the project's first */
  value: string | null;
  error: string | undefined;
  onChange: (engine: string | null) => void;
}) {
  const [first] = place.choices;
  if (first === undefined) return error === undefined ? null : <Text c="var(--mantine-color-error)">{error}</Text>;
  // One that is gone is still shown: only what is seen can be changed.
  if (place.choices.length === 1 && (value === null || value === first.name)) {
    return first.type === 'local' ? null : <EngineCapacity engine={first} named />;
  }
  const known = place.choices.map(({ name, label }) => ({ value: name, label }));
  const gone = value !== null && !place.choices.some(({ name }) => name === value);
  const chosen = place.choices.find(({ name }) => name === (value ?? first.name));
  return (
    <Stack gap={6}>
      <Select
        label="Engine"
        description="Where Spark runs."
        maw={420}
        data={gone ? [...known, { value, label: `${value} (not to be had)` }] : known}
        value={value ?? first.name}
        error={error}
        allowDeselect={false}
        onChange={(name) => onChange(name === null || name === first.name ? null : name)}
      />
      {chosen !== undefined && chosen.type !== 'local' && <EngineCapacity engine={chosen} />}
    </Stack>
  );
}

/** What is free in the cluster of an engine now, or why nothing would start there. `named`: with its label, where nothing else says that. */
export function EngineCapacity({ engine, named = false }: { engine: EngineChoice; named?: boolean }) {
  const { data } = useQuery(capacityQuery(useProject().name, engine.name));
  const capacity = data?.capacity ?? null;
  if (capacity === null) return null;
  return (
    <Text size="sm" c={capacity.problem === null ? 'dimmed' : 'var(--mantine-color-error)'}>
      {named && `${engine.label}: `}
      {capacity.problem ?? spellCapacity(capacity)}
    </Text>
  );
}
