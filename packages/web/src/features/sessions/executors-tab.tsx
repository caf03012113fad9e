import type { SessionExecutor } from '@emberlab/contract';
import type { ReactNode } from 'react';
import { sessionExecutorsQuery } from '../../lib/queries.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { useProject } from '../projects/project-context.ts';
import { useApplication } from './application-context.ts';
import { Executors } from './executor-rows.tsx';

/** The executors of an application of a notebook, with their logs. */
export function ExecutorsTab() {
  const { name: project } = useProject();
  const { id } = useApplication();
  return <Executors query={sessionExecutorsQuery(project, id)} actions={logOf} />;
}

const logOf = (executor: SessionExecutor, name: string): ReactNode =>
  executor.logs.length > 0 && <LogLink id={executor.id} name={name} />;

function LogLink({ id: executor, name }: { id: string; name: string }) {
  const { name: project } = useProject();
  const { id } = useApplication();
  return (
    <ButtonLink
      size="compact-sm"
      to="/projects/$project/applications/$id/executors/$executor/log"
      params={{ project, id: String(id), executor }}
      aria-label={executor === 'driver' ? 'Log of the driver' : `Log of executor ${name}`}
    >
      Log
    </ButtonLink>
  );
}
