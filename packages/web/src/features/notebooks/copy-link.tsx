import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconAlertTriangle, IconCheck, IconLink } from '@tabler/icons-react';
import { openLink } from '../jupyter/open-path.ts';
import { useProject } from '../projects/project-context.ts';
import { notebookName } from './notebook-path.tsx';

/** Copies a link for mails and wikis, which opens a notebook in the Jupyter of whoever follows it. */
export function CopyLink({ path }: { path: string }) {
  const project = useProject();
  const clipboard = useClipboard();
  const failed = clipboard.error !== null;
  const label = failed
    ? 'Could not copy: your browser does not allow it'
    : clipboard.copied
      ? 'Link copied'
      : 'Copy link';
  const Icon = failed ? IconAlertTriangle : clipboard.copied ? IconCheck : IconLink;
  return (
    <Tooltip label={label} events={{ hover: true, focus: true, touch: true }}>
      <ActionIcon
        size={26}
        variant="default"
        aria-label={`${label}: ${notebookName(path)}`}
        onClick={() => clipboard.copy(openLink(window.location.origin, project.name, path))}
      >
        <Icon size={15} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}
