import { limitKinds, limitOverrides, type LimitKind, type LimitValues } from '@emberlab/contract';
import { Group, Select, Stack, TextInput } from '@mantine/core';
import { fieldErrors } from '../../lib/form-errors.ts';
import { overridesOf, type LimitChoice, type LimitDraft } from './limit-draft.ts';
import { kindLabels, kindMeanings, spellValue } from './limit-words.ts';

const units: Readonly<Partial<Record<LimitKind, string>>> = { memory: 'GB', disk: 'GB', hours: 'h' };

/** What is wrong with what the fields say, by kind. */
export const draftErrors = (draft: LimitDraft): Record<string, string> =>
  fieldErrors(limitOverrides, overridesOf(draft));

/** A choice and a number for each kind. `defaults`: what follows where nothing else is set; null: these fields are the defaults. */
export function LimitFields({
  draft,
  errors,
  defaults,
  onChange,
}: {
  draft: LimitDraft;
  errors: Readonly<Record<string, string>>;
  defaults: LimitValues | null;
  onChange: (draft: LimitDraft) => void;
}) {
  return (
    <Stack gap="sm">
      {limitKinds.map((kind) => {
        const { choice, number } = draft[kind];
        const change = (next: Partial<LimitDraft[LimitKind]>) =>
          onChange({ ...draft, [kind]: { choice, number, ...next } });
        return (
          <Group key={kind} gap="xs" align="flex-end" wrap="nowrap">
            <Select
              flex={1}
              label={kindLabels[kind]}
              description={kindMeanings[kind]}
              allowDeselect={false}
              data={choicesOf(kind, defaults)}
              value={choice}
              onChange={(value) => change({ choice: value ?? choice })}
            />
            {choice === 'own' && (
              <TextInput
                w={110}
                aria-label={`${kindLabels[kind]}: at most`}
                inputMode="decimal"
                value={number}
                onChange={(event) => change({ number: event.currentTarget.value })}
                error={errors[kind] !== undefined}
                rightSection={units[kind]}
                rightSectionPointerEvents="none"
              />
            )}
          </Group>
        );
      })}
      {limitKinds
        .filter((kind) => errors[kind] !== undefined)
        .map((kind) => (
          <div
            key={kind}
            role="alert"
            style={{ color: 'var(--mantine-color-error)', fontSize: 'var(--mantine-font-size-sm)' }}
          >
            {kindLabels[kind]}: {errors[kind]}
          </div>
        ))}
    </Stack>
  );
}

function choicesOf(kind: LimitKind, defaults: LimitValues | null): { value: LimitChoice; label: string }[] {
  const choices = [
    { value: 'none', label: 'No limit' },
    { value: 'own', label: 'At most' },
  ] as const;
  if (defaults === null) return [...choices];
  const value = defaults[kind];
  const label = `As the default: ${value === null ? 'no limit' : spellValue(kind, value)}`;
  return [{ value: 'default', label }, ...choices];
}
