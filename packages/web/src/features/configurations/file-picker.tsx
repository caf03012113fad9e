import type { ProjectEntry } from '@emberlab/contract';
import {
  Anchor,
  Breadcrumbs,
  Button,
  Group,
  Modal,
  Skeleton,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconFile, IconFolder } from '@tabler/icons-react';
import { useState } from 'react';
import { filesQuery } from '../../lib/queries.ts';
import { formatBytes } from '../../lib/units.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { useProject } from '../projects/project-context.ts';
import { endingsOf, problemOf, type PickedKind } from './file-kinds.ts';
import classes from './file-picker.module.css';

/** Looks through the project's folders for a file of a kind. A path can be typed as well. */
export function FilePicker({
  title,
  kind,
  opened,
  startFolder = 'Resources',
  onClose,
  onPick,
}: {
  title: string;
  kind: PickedKind;
  opened: boolean;
  startFolder?: string;
  onClose: () => void;
  onPick: (path: string) => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={`${title}: a file of the project`} size="lg">
      <Browser
        kind={kind}
        startFolder={startFolder}
        onPick={(path) => {
          onPick(path);
          onClose();
        }}
      />
    </Modal>
  );
}

function Browser({
  kind,
  startFolder,
  onPick,
}: {
  kind: PickedKind;
  startFolder: string;
  onPick: (path: string) => void;
}) {
  const { name: project } = useProject();
  const [folder, setFolder] = useState(startFolder);
  const [typed, setTyped] = useState('');
  const files = useInfiniteQuery(filesQuery(project, folder));
  const entries = files.data?.pages.flatMap(({ items }) => items) ?? [];
  const fits = ({ type, path }: ProjectEntry) => type === 'folder' || problemOf(path, kind) === undefined;
  const shown = entries.filter(fits);
  const problem = typed === '' ? undefined : problemOf(typed, kind);
  return (
    <Stack gap="sm">
      <Path project={project} folder={folder} onGo={setFolder} />
      <div className={classes.list} aria-busy={files.isPending} tabIndex={-1}>
        {files.isPending ? (
          <Skeleton height={120} />
        ) : files.isError ? (
          <ErrorState error={files.error} onRetry={() => void files.refetch()} />
        ) : shown.length === 0 ? (
          <Text size="sm" c="dimmed" p="sm">
            {entries.length === 0
              ? 'There is nothing in this folder.'
              : `There is no file that can be used here: ${endingsOf(kind).join(', ')}.`}
          </Text>
        ) : (
          <Stack gap={0} component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Files and folders">
            {shown.map((entry) => (
              <li key={entry.path}>
                <Row entry={entry} onOpen={() => setFolder(entry.path)} onPick={() => onPick(entry.path)} />
              </li>
            ))}
          </Stack>
        )}
        {files.hasNextPage && (
          <Button
            size="compact-sm"
            m="xs"
            onClick={() => void files.fetchNextPage()}
            loading={files.isFetchingNextPage}
          >
            Show more
          </Button>
        )}
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed !== '' && problem === undefined) onPick(typed);
        }}
      >
        <Group align="flex-end" gap="xs" wrap="nowrap">
          <TextInput
            label="Or its path in the project"
            description={kind === 'archives' ? 'path#name unpacks it into a folder called name' : undefined}
            placeholder={`Resources/file${endingsOf(kind)[0] ?? '.txt'}`}
            flex={1}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={problem}
          />
          <Button type="submit" disabled={typed === '' || problem !== undefined}>
            Add
          </Button>
        </Group>
      </form>
    </Stack>
  );
}

function Path({ project, folder, onGo }: { project: string; folder: string; onGo: (folder: string) => void }) {
  const parts = folder.split('/').filter((part) => part !== '');
  return (
    <Breadcrumbs aria-label="Folder">
      {[project, ...parts].map((part, index) => {
        const path = parts.slice(0, index).join('/');
        return index === parts.length ? (
          <Text key={path} size="sm" aria-current="true" className="el-break">
            {part}
          </Text>
        ) : (
          <Anchor key={path} component="button" type="button" size="sm" onClick={() => onGo(path)}>
            {part}
          </Anchor>
        );
      })}
    </Breadcrumbs>
  );
}

function Row({ entry, onOpen, onPick }: { entry: ProjectEntry; onOpen: () => void; onPick: () => void }) {
  const isFolder = entry.type === 'folder';
  const Icon = isFolder ? IconFolder : IconFile;
  return (
    <UnstyledButton className={classes.row} onClick={isFolder ? onOpen : onPick}>
      <Icon size={16} aria-hidden="true" />
      <Text size="sm" className="el-break" flex={1}>
        {entry.name}
        {isFolder ? '/' : ''}
      </Text>
      {entry.size !== null && (
        <Text size="xs" c="dimmed" className="el-tabular">
          {formatBytes(entry.size)}
        </Text>
      )}
    </UnstyledButton>
  );
}
