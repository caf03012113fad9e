import { configurationLimits } from '@emberlab/contract';
import { Group, Input, Select, Text, TextInput, type TextInputProps } from '@mantine/core';
import { useId, type KeyboardEvent } from 'react';
import { formatMegabytes } from '../../lib/units.ts';
import { changeUnit, readNumber, type MemoryDraft, type NumberDraft } from './draft.ts';

const { mostCores, mostExecutors } = configurationLimits;

/** A number as it is typed: what is none is kept too, so that the error at the field says what is wrong with it. The arrow keys step through numbers. */
export function TypedNumber({
  value,
  step,
  min,
  max = Infinity,
  onType,
  ...input
}: Omit<TextInputProps, 'value' | 'onChange' | 'onKeyDown' | 'inputMode'> & {
  value: NumberDraft;
  step: number;
  min: number;
  max?: number;
  onType: (value: NumberDraft) => void;
}) {
  const stepOn = (event: KeyboardEvent): void => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const now = readNumber(value);
    if (direction === undefined || typeof now !== 'number') return;
    event.preventDefault();
    onType(Math.min(max, Math.max(min, Number((now + direction * step).toFixed(3)))));
  };
  return (
    <TextInput
      {...input}
      inputMode="decimal"
      autoComplete="off"
      value={String(value)}
      onChange={(event) => onType(event.currentTarget.value)}
      onKeyDown={stepOn}
    />
  );
}

/** Memory with its unit, which the label names too. */
export function MemoryField({
  label,
  most = null,
  value,
  error,
  onChange,
}: {
  label: string;
  /** MB; null: nothing bounds it */
  most?: number | null;
  value: MemoryDraft;
  error: string | undefined;
  onChange: (value: MemoryDraft) => void;
}) {
  const id = useId();
  return (
    <Input.Wrapper
      label={`${label} (${value.unit})`}
      id={id}
      description={most === null ? '512 MB or more' : `512 MB to ${formatMegabytes(most)}`}
      error={error}
      maw={260}
    >
      <Group gap={6} wrap="nowrap" mt={4}>
        <TypedNumber
          id={id}
          w={110}
          min={0}
          step={value.unit === 'GB' ? 1 : 256}
          value={value.amount}
          onType={(amount) => onChange({ ...value, amount })}
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
    <TypedNumber
      label={label}
      description={description}
      w={200}
      min={min}
      max={max}
      step={1}
      rightSection={
        <Text size="sm" c="dimmed" aria-hidden="true">
          {readNumber(value) === 1 ? noun : `${noun}s`}
        </Text>
      }
      rightSectionWidth={92}
      rightSectionPointerEvents="none"
      value={value}
      onType={onChange}
      error={error}
    />
  );
}

type CountProps = Pick<Parameters<typeof CountField>[0], 'label' | 'value' | 'error' | 'onChange'>;

export function CoresField({ most = null, ...props }: CountProps & { most?: number | null }) {
  const max = most ?? mostCores;
  return <CountField {...props} description={max === 1 ? '1' : `1 to ${max}`} noun="core" min={1} max={max} />;
}

export function ExecutorsField({ min, ...props }: CountProps & { min: number }) {
  return <CountField {...props} description={`${min} to 10,000`} noun="executor" min={min} max={mostExecutors} />;
}
