import type { NotebookParameter } from '@emberlab/contract';
import { Anchor, Button, CloseButton, Group, Input, JsonInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useId } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { rowsFor } from './argument-lines.ts';
import {
  isOwn,
  kindLabels,
  parameterKinds,
  readParametersDraft,
  toRows,
  type ParameterRow,
  type ParametersDraft,
} from './parameter-draft.ts';

const kinds = parameterKinds.map((value) => ({ value, label: kindLabels[value] }));

/** The parameters of a notebook: a field for each that its cell names, and free ones, or all of them as JSON. */
export function ParametersField({
  draft,
  known,
  problems,
  onChange,
}: {
  draft: ParametersDraft;
  known: readonly NotebookParameter[];
  problems: Readonly<Record<string, string>>;
  onChange: (draft: ParametersDraft) => void;
}) {
  const id = useId();
  const { rows, json } = draft;
  const change = (key: string, next: Partial<ParameterRow>): void =>
    onChange({ ...draft, rows: rows.map((row) => (row.key === key ? { ...row, ...next } : row)) });
  const { parameters } = readParametersDraft(draft);
  const add = (): void => {
    const key = `new ${rows.filter(isOwn).length} ${Date.now()}`;
    onChange({ ...draft, rows: [...rows, { key, name: '', kind: 'text', text: '', usual: null, written: null }] });
  };
  return (
    <Stack gap="xs" component="fieldset" aria-labelledby={id} m={0} p={0} style={{ border: 0, minWidth: 0 }}>
      <Group justify="space-between" gap="xs">
        <Input.Label id={id} component="span">
          Parameters
        </Input.Label>
        <Anchor
          component="button"
          type="button"
          size="xs"
          disabled={parameters === null}
          onClick={() =>
            parameters !== null &&
            onChange(
              json === null
                ? { rows, json: JSON.stringify(parameters, null, 2) }
                : { rows: toRows(known, parameters), json: null },
            )
          }
        >
          {json === null ? 'Write as JSON' : 'Show as fields'}
        </Anchor>
      </Group>
      {json !== null ? (
        <JsonInput
          aria-label="Parameters as JSON"
          description="One object. What is not named stays as the notebook sets it."
          rows={rowsFor(json)}
          resize="vertical"
          value={json}
          onChange={(text) => onChange({ rows, json: text })}
          error={problems['json']}
          spellCheck={false}
        />
      ) : (
        <>
          <Input.Description>
            {known.length > 0
              ? 'What the notebook sets in its cell with the tag “parameters”. What you leave alone stays so.'
              : 'They are set below the notebook’s cell with the tag “parameters”; this notebook has none, so they come first.'}
          </Input.Description>
          {rows.map((row) =>
            isOwn(row) ? (
              <OwnRow
                key={row.key}
                row={row}
                problem={problems[row.key]}
                onChange={(next) => change(row.key, next)}
                onRemove={() => onChange({ ...draft, rows: rows.filter(({ key }) => key !== row.key) })}
              />
            ) : (
              <KnownRow
                key={row.key}
                row={row}
                problem={problems[row.key]}
                onChange={(next) => change(row.key, next)}
              />
            ),
          )}
          <div>
            <Button size="compact-sm" leftSection={<IconPlus size={14} aria-hidden="true" />} onClick={add}>
              Add a parameter
            </Button>
          </div>
        </>
      )}
    </Stack>
  );
}

type RowProps = { row: ParameterRow; problem: string | undefined; onChange: (next: Partial<ParameterRow>) => void };

function KnownRow({ row, problem, onChange }: RowProps) {
  const note = row.written === null ? 'the job sets it' : `in the notebook: ${showHidden(row.written)}`;
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <ValueField row={row} label={showHidden(row.name)} description={note} problem={problem} onChange={onChange} />
      {row.usual !== null && row.text !== row.usual && (
        <Button size="compact-sm" mb={5} onClick={() => onChange({ text: row.usual ?? '' })}>
          Undo
        </Button>
      )}
    </Group>
  );
}

function OwnRow({ row, problem, onChange, onRemove }: RowProps & { onRemove: () => void }) {
  return (
    <Stack gap={4}>
      <Group gap="xs" align="flex-end">
        <TextInput
          flex="1 1 8rem"
          label="Name"
          value={row.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <Select
          w={120}
          label="Kind"
          allowDeselect={false}
          data={kinds}
          value={row.kind}
          onChange={(kind) => onChange({ kind: parameterKinds.find((one) => one === kind) ?? 'text', text: '' })}
        />
        <Group gap={4} flex="2 1 10rem" align="flex-end" wrap="nowrap">
          <ValueField row={row} label="Value" problem={undefined} onChange={onChange} />
          <CloseButton mb={3} aria-label={`Remove the parameter ${row.name}`} onClick={onRemove} />
        </Group>
      </Group>
      {problem !== undefined && <Input.Error>{problem}</Input.Error>}
    </Stack>
  );
}

function ValueField({
  row: { kind, text },
  label,
  description,
  problem,
  onChange,
}: RowProps & { label: string; description?: string }) {
  const shared = { label, description, error: problem, flex: 1, miw: 0 } as const;
  if (kind === 'boolean') {
    return (
      <Select
        {...shared}
        allowDeselect={false}
        placeholder="Yes or no"
        data={[
          { value: 'true', label: 'Yes' },
          { value: 'false', label: 'No' },
        ]}
        value={text === '' ? null : text}
        onChange={(value) => onChange({ text: value ?? '' })}
      />
    );
  }
  return (
    <TextInput
      {...shared}
      {...(kind === 'number' ? { inputMode: 'decimal' } : {})}
      {...(kind === 'json'
        ? {
            placeholder: 'as JSON',
            rightSection: (
              <Text size="xs" c="dimmed" aria-hidden="true">
                JSON
              </Text>
            ),
            rightSectionWidth: 48,
          }
        : {})}
      autoComplete="off"
      spellCheck={false}
      value={text}
      onChange={(event) => onChange({ text: event.currentTarget.value })}
    />
  );
}
