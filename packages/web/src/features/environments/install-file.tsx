import { maxLibraryBytes, type EnvironmentUpload } from '@emberlab/contract';
import { Button, FileButton, Group, List, ScrollArea, Stack, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { api } from '../../lib/api.ts';
import { countOf, formatBytes } from '../../lib/units.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useProject } from '../projects/project-context.ts';
import { useChange } from './use-change.ts';

const accepted = '.whl,.gz,.zip,.txt,.in,.yml,.yaml';

/** A wheel, a source archive, or a list of libraries: it is looked at first, then installed. */
export function InstallFile({ onAsked }: { onAsked: () => void }) {
  const { name: project } = useProject();
  const reset = useRef<() => void>(null);
  const change = useChange(onAsked);
  const upload = useMutation({
    mutationFn: (file: File) =>
      api.upload('environment.upload', { params: { project }, query: { name: file.name } }, file),
    // The same file may be chosen again.
    onSettled: () => reset.current?.(),
  });
  const tooLarge = upload.variables !== undefined && upload.variables.size > maxLibraryBytes;
  const choose = (file: File | null): void => {
    if (file === null) return;
    change.reset();
    upload.mutate(file);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        A wheel (.whl), a source archive (.tar.gz, .zip), a list as requirements.txt, or the pip part of an
        environment.yml; {formatBytes(maxLibraryBytes)} at most. It is looked at first; nothing is installed yet.
      </Text>
      <Group gap="sm">
        <FileButton
          resetRef={reset}
          accept={accepted}
          inputProps={{ 'aria-label': 'File with libraries' }}
          onChange={choose}
        >
          {(props) => (
            <Button {...props} leftSection={<IconUpload size={16} aria-hidden="true" />} loading={upload.isPending}>
              Choose file
            </Button>
          )}
        </FileButton>
        {upload.variables !== undefined && (
          <Text size="sm" className="el-break">
            {upload.variables.name}
          </Text>
        )}
      </Group>
      {tooLarge && upload.isPending && (
        <Notice tone="warning">This file is larger than {formatBytes(maxLibraryBytes)}: it will be refused.</Notice>
      )}
      <ActionError error={upload.error} title="The file was not taken" />
      {upload.data !== undefined && <Understood upload={upload.data} />}
      <ActionError error={change.error} title="Nothing was installed" />
      <Group justify="flex-end">
        <Button
          variant="filled"
          loading={change.isPending}
          disabled={upload.data === undefined || !hasSomething(upload.data)}
          onClick={() => {
            if (upload.data !== undefined) change.mutate({ kind: 'install-upload', upload: upload.data.id });
          }}
        >
          Install
        </Button>
      </Group>
    </Stack>
  );
}

const hasSomething = ({ kind, requirements }: EnvironmentUpload): boolean =>
  kind === 'wheel' || kind === 'source' || requirements.length > 0;

const kindTexts: Readonly<Record<EnvironmentUpload['kind'], string>> = {
  wheel: 'A wheel',
  source: 'A source archive, which is built here',
  requirements: 'A list of requirements',
  environment: 'An environment file',
};

/** What is in the file, and what of it is not taken. */
function Understood({ upload }: { upload: EnvironmentUpload }) {
  const { kind, name, version, requirements, leftOut } = upload;
  return (
    <Stack gap="xs">
      <Text size="sm" className="el-break">
        {kindTexts[kind]}
        {name !== null && `: ${name} ${version ?? ''}`}
        {(kind === 'requirements' || kind === 'environment') && ` with ${countOf(requirements.length, 'requirement')}`}
      </Text>
      {requirements.length > 0 && <Lines label="Is installed" lines={requirements} />}
      {leftOut.length > 0 && (
        <Notice tone="warning" title={`Not taken: ${countOf(leftOut.length, 'line')}`}>
          <Lines
            label="Not taken"
            lines={leftOut.map(
              ({ line, text, reason }) => `${line === null ? '' : `Line ${line}: `}${text}. ${reason}`,
            )}
          />
        </Notice>
      )}
    </Stack>
  );
}

function Lines({ label, lines }: { label: string; lines: readonly string[] }) {
  return (
    <ScrollArea.Autosize mah="12rem" viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': label }}>
      <List size="sm" className="el-break">
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
    </ScrollArea.Autosize>
  );
}
