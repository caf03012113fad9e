import { routePath, type ProjectEntry } from '@emberlab/contract';
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowRight,
  IconCopy,
  IconDots,
  IconDownload,
  IconEye,
  IconFileArrowRight,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { MenuItemLink } from '../../ui/links.tsx';
import { useProject } from '../projects/project-context.ts';
import { nameShown } from './folder-path.tsx';

const iconSize = 16;

export type FileAction = 'show' | 'rename' | 'move' | 'remove';

/** What can be done with a file or folder. */
export function FileMenu({
  entry,
  changes,
  onAction,
}: {
  entry: ProjectEntry;
  changes: boolean;
  onAction: (action: FileAction, entry: ProjectEntry) => void;
}) {
  const { name: project } = useProject();
  const { path, type, name } = entry;
  const isRooted = !path.includes('/') && ['Jupyter', 'Resources', 'Logs'].includes(name);
  return (
    <Menu position="bottom-end" withinPortal width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`What to do with ${nameShown(name)}`}>
          <IconDots size={iconSize} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {type === 'file' && (
          <Menu.Item leftSection={<IconEye size={iconSize} />} onClick={() => onAction('show', entry)}>
            Show
          </Menu.Item>
        )}
        {type === 'file' && changes && (
          <MenuItemLink
            to="/projects/$project/jupyter/open"
            params={{ project }}
            search={{ path }}
            target="_blank"
            leftSection={<IconFileArrowRight size={iconSize} />}
          >
            Open in Jupyter
          </MenuItemLink>
        )}
        {type !== 'other' && (
          <Menu.Item
            component="a"
            href={downloadOf(project, entry)}
            download
            leftSection={<IconDownload size={iconSize} />}
          >
            {type === 'folder' ? 'Download as .zip' : 'Download'}
          </Menu.Item>
        )}
        {type === 'folder' && (
          <Menu.Item
            component="a"
            href={downloadOf(project, entry, 'tar')}
            download
            leftSection={<IconDownload size={iconSize} />}
          >
            Download as .tar
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconCopy size={iconSize} />}
          onClick={() => void navigator.clipboard.writeText(path).catch(() => undefined)}
        >
          Copy path
        </Menu.Item>
        {changes && !isRooted && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconPencil size={iconSize} />} onClick={() => onAction('rename', entry)}>
              Rename
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowRight size={iconSize} />} onClick={() => onAction('move', entry)}>
              Move
            </Menu.Item>
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={iconSize} />}
              onClick={() => onAction('remove', entry)}
            >
              Delete
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Where a file, or a folder as an archive, can be downloaded. */
export const downloadOf = (
  project: string,
  { path, type }: Pick<ProjectEntry, 'path' | 'type'>,
  format: 'zip' | 'tar' = 'zip',
): string =>
  type === 'folder'
    ? routePath('files.archive', { params: { project }, query: { path, format } })
    : routePath('files.content', { params: { project }, query: { path } });
