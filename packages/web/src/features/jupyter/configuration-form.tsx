import { configurationTypeLabels, type Configuration } from '@emberlab/contract';
import { Group, Input, NumberInput, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useId } from 'react';
import { changeUnit, type Draft, type DraftErrors } from './draft.ts';
import { PropertiesEditor } from './properties-editor.tsx';

const types = (Object.keys(configurationTypeLabels) as Configuration['type'][]).map((value) => ({
  value,
  label: configurationTypeLabels[value],
}));

/** The fields of a configuration. */
export function ConfigurationForm({
  draft,
  errors,
  onChange,
}: {
  draft: Draft;
  errors: DraftErrors;
  onChange: (draft: Draft) => void;
}) {
  const typeId = useId();
  return (
    <Stack gap="md">
      <div>
        <Input.Label id={typeId} mb={4}>
          Type
        </Input.Label>
        <div>
          <SegmentedControl
            aria-labelledby={typeId}
            data={types}
            value={draft.type}
            onChange={(type) => onChange({ ...draft, type: type === 'python' ? 'python' : 'spark' })}
          />
        </div>
      </div>
      {draft.type === 'python' ? (
        <Text size="sm" c="dimmed">
          Notebooks run Python in the Jupyter server itself, without Spark. There is nothing else to set.
        </Text>
      ) : (
        <>
          <Group gap="xl" align="flex-start">
            <MemoryField draft={draft} error={errors.memory} onChange={onChange} />
            <NumberInput
              label="Driver cores"
              description="1 to 256"
              w={200}
              min={1}
              max={256}
              clampBehavior="none"
              allowDecimal={false}
              suffix={draft.cores === 1 ? ' core' : ' cores'}
              value={draft.cores}
              onChange={(cores) => onChange({ ...draft, cores })}
              error={errors.cores}
            />
          </Group>
          <PropertiesEditor
            value={draft.properties}
            problem={errors.propertiesText}
            onChange={(properties) => onChange({ ...draft, properties })}
          />
        </>
      )}
    </Stack>
  );
}

function MemoryField({
  draft,
  error,
  onChange,
}: {
  draft: Draft;
  error: string | null;
  onChange: (draft: Draft) => void;
}) {
  const id = useId();
  return (
    <Input.Wrapper label="Driver memory" id={id} description="512 MB or more" error={error}>
      <Group gap={6} wrap="nowrap" mt={4}>
        <NumberInput
          id={id}
          w={120}
          min={0}
          clampBehavior="none"
          decimalScale={3}
          step={draft.unit === 'GB' ? 1 : 256}
          value={draft.memory}
          onChange={(memory) => onChange({ ...draft, memory })}
          error={error !== null}
        />
        <Select
          aria-label="Unit of the driver memory"
          w={80}
          allowDeselect={false}
          data={['MB', 'GB']}
          value={draft.unit}
          onChange={(unit) => unit !== null && onChange(changeUnit(draft, unit))}
        />
      </Group>
    </Input.Wrapper>
  );
}
