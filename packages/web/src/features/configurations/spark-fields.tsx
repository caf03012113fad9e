import { fileFields, type FileKind, type SparkPlace } from '@emberlab/contract';
import { Accordion, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { countOf } from '../../lib/units.ts';
import { readNumber, type ConfigurationOf, type DraftErrors, type MemoryDraft, type SparkDraft } from './draft.ts';
import { EngineField } from '../engines/engine-field.tsx';
import { ExecutorFields } from './executor-fields.tsx';
import { FileListField } from './file-list-field.tsx';
import { LinesEditor } from './lines-editor.tsx';
import { CoresField, MemoryField } from './number-fields.tsx';
import { placeOf } from './place-of.ts';

const fileWords: Readonly<Record<FileKind, string>> = {
  archives: 'Unpacked for the driver and each executor; SparkFiles.get("name") is the folder.',
  jars: 'On the class path of the driver and the executors.',
  pyFiles: 'Python imports from them, on the driver and the executors.',
  files: 'Copied to each executor; SparkFiles.get("name") is the path.',
};

/** The fields of type `Spark/PySpark`; what is needed rarely is folded. */
export function SparkFields({
  of,
  draft,
  errors,
  place: given,
  onChange,
}: {
  of: ConfigurationOf;
  draft: SparkDraft;
  errors: DraftErrors;
  place: SparkPlace;
  onChange: (draft: SparkDraft) => void;
}) {
  const { fields, lines } = errors;
  const place = placeOf(given, draft.engine);
  const change = (changes: Partial<SparkDraft>): void => onChange({ ...draft, ...changes });
  const files = fileFields.reduce((sum, { kind }) => sum + draft[kind].length, 0);
  const [opened, setOpened] = useState<string[]>(() => [
    ...(place.executors ? ['executors'] : []),
    ...(files > 0 ? ['files'] : []),
  ]);
  const wrongExecutors = Object.keys(fields).some((path) => path.startsWith('executor'));
  const wrongFiles = fileFields.some(({ kind }) => fields[kind] !== undefined);
  // What is wrong is never folded away.
  const shown = [...opened, ...(wrongExecutors ? ['executors'] : []), ...(wrongFiles ? ['files'] : [])];
  return (
    <>
      <EngineField
        place={given}
        value={draft.engine}
        error={fields['engine']}
        onChange={(engine) => change({ engine })}
      />
      <Group gap="xl" align="flex-start">
        <MemoryField
          label="Driver memory"
          value={draft.driverMemory}
          error={fields['driverMemoryMb']}
          onChange={(driverMemory) => change({ driverMemory })}
        />
        <CoresField
          label="Driver cores"
          value={draft.driverCores}
          error={fields['driverCores']}
          onChange={(driverCores) => change({ driverCores })}
        />
      </Group>
      <Accordion multiple variant="separated" value={[...new Set(shown)]} onChange={setOpened}>
        <Accordion.Item value="executors">
          <Accordion.Control>
            <Folded
              title="Executors"
              words={place.executors ? spellExecutors(draft) : 'of no effect: the driver does the work'}
            />
          </Accordion.Control>
          <Accordion.Panel>
            <ExecutorFields draft={draft} errors={fields} place={place} onChange={change} />
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="files">
          <Accordion.Control>
            <Folded title="Archives, jars and files" words={files === 0 ? 'none' : countOf(files, 'file')} />
          </Accordion.Control>
          <Accordion.Panel>
            <Stack gap="md">
              {fileFields.map(({ kind, label }) => (
                <FileListField
                  key={kind}
                  kind={kind}
                  label={label}
                  description={fileWords[kind]}
                  value={draft[kind]}
                  error={fields[kind]}
                  onChange={(paths) => change({ [kind]: paths })}
                />
              ))}
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
      <LinesEditor
        label="Properties"
        description={`Spark properties, one name=value a line; lines that begin with # are comments. Each ${of === 'job' ? 'run' : 'notebook'}’s application starts with them.`}
        placeholder="spark.sql.shuffle.partitions=8"
        value={draft.properties}
        problems={lines}
        problem={fields['properties']}
        onChange={(properties) => change({ properties })}
      />
    </>
  );
}

function Folded({ title, words }: { title: string; words: string }) {
  return (
    <Group gap="xs">
      <Text size="sm" fw={500}>
        {title}
      </Text>
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </Group>
  );
}

const spellMemory = ({ amount, unit }: MemoryDraft): string => `${amount} ${unit}`;

function spellExecutors({ mode, instances, min, max, executorMemory, executorCores }: SparkDraft): string {
  const count = mode === 'static' ? String(instances) : `${min} to ${max}`;
  return `${count} × ${spellMemory(executorMemory)} · ${executorCores} ${readNumber(executorCores) === 1 ? 'core' : 'cores'}`;
}
