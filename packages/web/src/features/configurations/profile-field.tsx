import type { Configuration, ProfileChoice } from '@emberlab/contract';
import { Select, Stack, Text } from '@mantine/core';
import { spellProfile } from './profile-words.ts';

/** Which profile the server runs in, with what that gives; nothing where there is one alone, or none. */
export function ProfileField({
  profiles,
  type,
  value,
  error,
  onChange,
}: {
  /** those that the project may use; the first is that of configurations that name none */
  profiles: readonly ProfileChoice[];
  type: Configuration['type'];
  /** null: the first */
  value: string | null;
  error: string | undefined;
  onChange: (profile: string | null) => void;
}) {
  const [first] = profiles;
  const gone = value !== null && !profiles.some(({ name }) => name === value);
  if (first === undefined && !gone) {
    return error === undefined ? null : <Text c="var(--mantine-color-error)">{error}</Text>;
  }
  // One that is gone is still shown: only what is seen can be changed.
  if (profiles.length === 1 && !gone && value === null) return null;
  const chosen = profiles.find(({ name }) => name === (value ?? first?.name));
  const described = new Map(profiles.map(({ name, description }) => [name, description]));
  return (
    <Stack gap={6}>
      <Select
        label="Profile"
        description="What the Jupyter server runs in."
        maw={420}
        data={[
          ...(first === undefined ? [{ value: none, label: 'none' }] : []),
          ...profiles.map(({ name, label }) => ({ value: name, label })),
          ...(gone ? [{ value, label: `${value} (not to be had)`, disabled: true }] : []),
        ]}
        renderOption={({ option }) => (
          <Stack gap={0}>
            <Text size="sm">{option.label}</Text>
            {(described.get(option.value) ?? null) !== null && (
              <Text size="xs" c="dimmed" className="el-break">
                {described.get(option.value)}
              </Text>
            )}
          </Stack>
        )}
        value={value ?? first?.name ?? none}
        error={error}
        allowDeselect={false}
        onChange={(name) => onChange(name === null || name === none || name === first?.name ? null : name)}
      />
      {chosen !== undefined && (
        <Text size="sm" c="dimmed" className="el-break" component="output">
          {chosen.description !== null && `${sentence(chosen.description)} `}
          {spellProfile(chosen, type)}
        </Text>
      )}
    </Stack>
  );
}

/** No profile is called so. */
const none = '-';

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
