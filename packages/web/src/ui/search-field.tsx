import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';

/** Where one types what a list is searched for; nothing typed is `undefined`, which leaves no trace in an address. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
  labelled = false,
}: {
  label: string;
  placeholder: string;
  value: string | undefined;
  onChange: (text: string | undefined) => void;
  /** whether the label stands above it, as those of its neighbours do */
  labelled?: boolean;
}) {
  return (
    <TextInput
      flex="1 1 12rem"
      maw={340}
      {...(labelled ? { label } : { 'aria-label': label })}
      placeholder={placeholder}
      leftSection={<IconSearch size={16} />}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}
