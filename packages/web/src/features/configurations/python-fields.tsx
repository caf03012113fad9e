import type { ProfileChoice } from '@emberlab/contract';
import { Group, Text } from '@mantine/core';
import type { ConfigurationOf, DraftErrors, PythonDraft } from './draft.ts';
import { FileListField } from './file-list-field.tsx';
import { LinesEditor } from './lines-editor.tsx';
import { CoresField, MemoryField } from './number-fields.tsx';

const unbounded: ProfileChoice['most'] = { memoryMb: null, cores: null };

/** The fields of type `Python`. */
export function PythonFields({
  of,
  most = unbounded,
  draft,
  errors,
  onChange,
}: {
  of: ConfigurationOf;
  /** what it may ask for; null: nothing bounds that */
  most?: ProfileChoice['most'] | undefined;
  draft: PythonDraft;
  errors: DraftErrors;
  onChange: (draft: PythonDraft) => void;
}) {
  const { fields, lines } = errors;
  const change = (changes: Partial<PythonDraft>): void => onChange({ ...draft, ...changes });
  return (
    <>
      <Text size="sm" c="dimmed">
        {of === 'job'
          ? 'The program runs without Spark, with this memory and these cores.'
          : 'Notebooks run Python in the Jupyter server itself, without Spark. All of them share its memory and cores.'}
      </Text>
      <Group gap="xl" align="flex-start">
        <MemoryField
          label="Memory"
          most={most.memoryMb}
          value={draft.memory}
          error={fields['memoryMb']}
          onChange={(memory) => change({ memory })}
        />
        <CoresField
          label="Cores"
          most={most.cores}
          value={draft.cores}
          error={fields['cores']}
          onChange={(cores) => change({ cores })}
        />
      </Group>
      <FileListField
        kind="files"
        label="Additional files"
        description={`${of === 'job' ? 'The program finds' : 'Notebooks find'} links to them in the folder that the variable EMBER_FILES names, and Python imports from it, and from the .zip and .egg files in it.`}
        value={draft.files}
        error={fields['files']}
        onChange={(files) => change({ files })}
      />
      <LinesEditor
        label="Environment variables"
        description="One NAME=value a line; lines that begin with # are comments. They are stored as they are: this is no place for passwords."
        placeholder="LOG_LEVEL=debug"
        value={draft.environment}
        problems={lines}
        problem={fields['environment']}
        onChange={(environment) => change({ environment })}
      />
    </>
  );
}
