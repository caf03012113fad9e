import { configurationLimits } from '@emberlab/contract';
import { Group, Input, NumberInput, Select } from '@mantine/core';
import { useId } from 'react';
import { changeUnit, type MemoryDraft, type NumberDraft } from './draft.ts';

const { mostCores, mostExecutors } = configurationLimits;

/** Memory with its unit, which the label names too. */
export function MemoryField({
  label,
  value,
  error,
  onChange,
}: {
  label: string;
  value: MemoryDraft;
  error: string | undefined;
  onChange: (value: MemoryDraft) => void;
}) {
  const id = useId();
  return (
    <Input.Wrapper label={`${label} (${value.unit})`} id={id} description="512 MB or more" error={error} maw={260}>
      <Group gap={6} wrap="nowrap" mt={4}>
        <NumberInput
          id={id}
          w={110}
          min={0}
          clampBehavior="none"
          decimalScale={3}
          step={value.unit === 'GB' ? 1 : 256}
          value={value.amount}
          onChange={(amount) => onChange({ ...value, amount })}
          error={error !== undefined}
        />
        <Select
          aria-label={`Unit of ${label.toLowerCase()}`}
          w={80}
          allowDeselect={false}
          data={['MB', 'GB']}
          value={value.unit}
          onChange={(unit) => unit !== null && onChange(changeUnit(value, unit === 'MB' ? 'MB' : 'GB'))}
        />
      </Group>
    </Input.Wrapper>
  );
}

/** A whole number. */
function CountField({
  label,
  description,
  noun,
  min,
  max,
  value,
  error,
  onChange,
}: {
  label: string;
  description: string;
  noun: string;
  min: number;
  max: number;
  value: NumberDraft;
  error: string | undefined;
  onChange: (value: NumberDraft) => void;
}) {
  return (
    <NumberInput
      label={label}
      description={description}
      w={200}
      min={min}
      max={max}
      clampBehavior="none"
      allowDecimal={false}
      suffix={value === 1 ? ` ${noun}` : ` ${noun}s`}
      value={value}
      onChange={onChange}
      error={error}
    />
  );
}

type CountProps = Pick<Parameters<typeof CountField>[0], 'label' | 'value' | 'error' | 'onChange'>;

export function CoresField(props: CountProps) {
  return <CountField {...props} description={`1 to ${mostCores}`} noun="core" min={1} max={mostCores} />;
}

export function ExecutorsField({ min, ...props }: CountProps & { min: number }) {
  return <CountField {...props} description={`${min} to 10,000`} noun="executor" min={min} max={mostExecutors} />;
}
