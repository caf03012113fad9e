import { useState, type DragEvent, type ReactNode } from 'react';
import classes from './drop-zone.module.css';

/** Takes files and folders that are dropped on what is in it. */
export function DropZone({
  enabled,
  onDrop,
  children,
}: {
  enabled: boolean;
  onDrop: (entries: FileSystemEntry[]) => void;
  children: ReactNode;
}) {
  const [over, setOver] = useState(0);
  const holds = (event: DragEvent): boolean => enabled && event.dataTransfer.types.includes('Files');
  const drop = (event: DragEvent): void => {
    if (!holds(event)) return;
    event.preventDefault();
    setOver(0);
    // They have to be asked for at once: the browser forgets them with this event.
    const items = [...event.dataTransfer.items].filter(({ kind }) => kind === 'file');
    onDrop(items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null));
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the same can be done with the buttons
    <div
      className={classes.zone}
      data-over={over > 0 || undefined}
      onDragEnter={(event) => holds(event) && setOver(over + 1)}
      onDragLeave={(event) => holds(event) && setOver(Math.max(0, over - 1))}
      onDragOver={(event) => {
        if (holds(event)) event.preventDefault();
      }}
      onDrop={drop}
    >
      {children}
    </div>
  );
}
