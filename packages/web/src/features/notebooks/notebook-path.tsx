import { Text } from '@mantine/core';
import { showHidden } from '../../lib/show-hidden.ts';

/** The name of a notebook's file, as people may read it: whoever named it may have wanted to hide something. */
export const notebookName = (path: string): string => showHidden(path.slice(path.lastIndexOf('/') + 1));

/** A notebook's path: its folder dimmed, its name not. */
export function NotebookPath({ path }: { path: string }) {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return (
    <Text size="sm" className="el-break">
      {folder !== '' && (
        <Text span inherit c="dimmed">
          {showHidden(folder)}
        </Text>
      )}
      <Text span inherit fw={500}>
        {notebookName(path)}
      </Text>
    </Text>
  );
}
