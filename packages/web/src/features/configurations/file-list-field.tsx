import { fileEndings, type FileKind } from '@emberlab/contract';
import { Button, CloseButton, Code, Group, Input, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFolderOpen } from '@tabler/icons-react';
import { Suspense, useId, useRef, useState } from 'react';
import classes from './file-list-field.module.css';
import { UploadButton } from './upload-button.tsx';
import { lazily } from '../../ui/lazily.ts';

const FilePicker = lazily(() => import('./file-picker.tsx'), 'FilePicker');

/** The files of one kind: those that are named, and the two ways to more, from the project or from one's own machine. */
export function FileListField({
  label,
  description,
  kind,
  value,
  error,
  onChange,
}: {
  label: string;
  description: string;
  kind: FileKind;
  value: readonly string[];
  error: string | undefined;
  onChange: (paths: string[]) => void;
}) {
  const id = useId();
  const group = useRef<HTMLFieldSetElement>(null);
  const [picking, picker] = useDisclosure(false);
  const [everPicked, setEverPicked] = useState(false);
  const add = (path: string): void => {
    if (!value.includes(path)) onChange([...value, path]);
  };
  const remove = (path: string): void => {
    onChange(value.filter((one) => one !== path));
    // What had the focus is gone.
    group.current?.querySelector<HTMLElement>('[data-add]')?.focus();
  };
  return (
    <fieldset className={classes.list} aria-labelledby={id} aria-describedby={`${id}-help ${id}-error`} ref={group}>
      <Input.Label id={id} component="span">
        {label}
      </Input.Label>
      <Input.Description id={`${id}-help`}>
        {description} {endings(kind)}
      </Input.Description>
      {value.length > 0 && (
        <Stack gap={2} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {value.map((path) => (
            <Group key={path} component="li" gap={4} wrap="nowrap">
              <Code className="el-break">{path}</Code>
              <CloseButton size="sm" aria-label={`Remove ${path}`} onClick={() => remove(path)} />
            </Group>
          ))}
        </Stack>
      )}
      <Group gap="xs">
        <Button
          data-add
          size="compact-sm"
          leftSection={<IconFolderOpen size={14} aria-hidden="true" />}
          aria-label={`From the project: ${label}`}
          onClick={() => {
            setEverPicked(true);
            picker.open();
          }}
        >
          From the project
        </Button>
        <UploadButton label={label} kind={kind} onUploaded={add} />
      </Group>
      <output id={`${id}-error`}>
        {error !== undefined && (
          <Text size="xs" c="var(--mantine-color-error)" className="el-break">
            {error}
          </Text>
        )}
      </output>
      {everPicked && (
        <Suspense>
          <FilePicker title={label} kind={kind} opened={picking} onClose={picker.close} onPick={add} />
        </Suspense>
      )}
    </fieldset>
  );
}

function endings(kind: FileKind): string {
  const all = fileEndings[kind];
  return all.length === 0 ? '' : `Names end in ${all.join(', ').replace(/, ([^,]*)$/, ' or $1')}.`;
}
