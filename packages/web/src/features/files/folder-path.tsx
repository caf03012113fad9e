import { shownName } from '@emberlab/contract';
import { Group, Text } from '@mantine/core';
import { Fragment } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { foldersOf, type FileSearch } from './file-search.ts';

/** The folders that lead to the one that is shown. */
export function FolderPath({ project, label, search }: { project: string; label: string; search: FileSearch }) {
  const folders = [{ name: label, path: '' }, ...foldersOf(search.path ?? '')];
  return (
    <Group component="nav" aria-label="Folder" gap={6}>
      {folders.map(({ name, path }, index) => (
        <Fragment key={path}>
          {index > 0 && (
            <Text size="sm" c="dimmed" aria-hidden="true">
              /
            </Text>
          )}
          {index === folders.length - 1 ? (
            <Text size="sm" fw={500} aria-current="page" className="el-break">
              {nameShown(name)}
            </Text>
          ) : (
            <AnchorLink
              to="/projects/$project/files"
              params={{ project }}
              search={{ path: path === '' ? undefined : path, hidden: search.hidden }}
              size="sm"
              className="el-break"
            >
              {nameShown(name)}
            </AnchorLink>
          )}
        </Fragment>
      ))}
    </Group>
  );
}

/** A name as it is shown: nothing in it makes it look like another. */
export const nameShown = (name: string): string => showHidden(shownName(name));
