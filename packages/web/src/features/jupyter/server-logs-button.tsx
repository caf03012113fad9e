import { IconExternalLink } from '@tabler/icons-react';
import { useProject } from '../projects/project-context.ts';
import { ButtonLink } from '../../ui/links.tsx';

/** Opens the server's log in a new tab. */
export function ServerLogsButton() {
  const { name } = useProject();
  return (
    <ButtonLink
      to="/projects/$project/jupyter/log"
      params={{ project: name }}
      target="_blank"
      rel="noopener"
      rightSection={<IconExternalLink size={14} aria-hidden="true" />}
    >
      Server Logs
    </ButtonLink>
  );
}
