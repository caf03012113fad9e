import { Button, Code, Group, Input, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFolderOpen } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { FilePicker } from '../configurations/file-picker.tsx';
import { UploadButton } from '../configurations/upload-button.tsx';

const label = 'Program';

/** What a job runs: a file of the project, or one that is put there. */
export function ProgramField({
  program,
  error,
  children,
  onPick,
}: {
  /** undefined: none is chosen yet */
  program: string | undefined;
  error?: string | undefined;
  children?: ReactNode;
  onPick: (path: string) => void;
}) {
  const id = useId();
  const [picking, picker] = useDisclosure(false);
  return (
    <Input.Wrapper
      label={label}
      labelProps={{ id, component: 'span' }}
      description="A Python file, a notebook, a jar or an R file (.py, .ipynb, .jar, .R). Uploaded files go to Resources."
      error={error}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
    >
      <Group gap="xs" component="fieldset" aria-labelledby={id} m={0} mt={6} p={0} style={{ border: 0 }}>
        {program !== undefined && <Code className="el-break">{showHidden(program)}</Code>}
        <Button
          size="compact-sm"
          leftSection={<IconFolderOpen size={14} aria-hidden="true" />}
          aria-label={`From the project: ${label}`}
          onClick={picker.open}
          {...(program === undefined ? { variant: 'filled' } : {})}
        >
          {program === undefined ? 'Choose from the project' : 'Another one'}
        </Button>
        <UploadButton label={label} kind="program" onUploaded={onPick} />
        {children}
      </Group>
      {program === undefined && (
        <Text size="xs" c="dimmed" mt={6}>
          What kind of job it becomes is told from the file.
        </Text>
      )}
      <FilePicker
        title={label}
        kind="program"
        startFolder="Jupyter"
        opened={picking}
        onClose={picker.close}
        onPick={onPick}
      />
    </Input.Wrapper>
  );
}
