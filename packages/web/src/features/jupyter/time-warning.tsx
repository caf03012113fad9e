import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { serverQuery } from '../../lib/queries.ts';
import { useNow } from '../../lib/use-now.ts';
import { useTitlePrefix } from '../../ui/title-prefix.ts';
import { Notice } from '../../ui/notice.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { msLeftToWarn, spellLeft } from './time-left.ts';
import { useExtend } from './use-extend.ts';

/** Tells on every page of the project, and in the tab's title, that the time of the caller's server is nearly over. */
export function TimeWarning() {
  const project = useProject();
  return mayRun(project) ? <Warning project={project.name} /> : null;
}

function Warning({ project }: { project: string }) {
  const { data: server } = useQuery(serverQuery(project));
  const now = useNow(1000);
  const left = msLeftToWarn(server, now);
  const extend = useExtend(project);
  const prefix = left === null ? null : `${spellLeft(left)} left`;
  const setPrefix = useTitlePrefix();
  useEffect(() => {
    setPrefix(prefix);
    return () => setPrefix(null);
  }, [prefix, setPrefix]);
  if (left === null || server === undefined) return null;
  const { hours } = server.time;
  return (
    <Notice
      tone="warning"
      title={`Jupyter stops in ${spellLeft(left)}`}
      action={
        <Button
          size="compact-sm"
          variant="filled"
          loading={extend.isPending}
          onClick={() => extend.mutate(hours)}
          aria-label={`Let Jupyter run for ${hours} more hours`}
        >
          +{hours} h
        </Button>
      }
    >
      {extend.error?.message ??
        'Its kernels and their Spark applications end then, and with them the values of their variables.'}
    </Notice>
  );
}
