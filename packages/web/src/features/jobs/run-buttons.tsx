import { isNotebook, type Job } from '@emberlab/contract';
import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerPlay } from '@tabler/icons-react';
import { ActionError } from '../../ui/error-state.tsx';
import { RunDialog } from './run-dialog.tsx';
import { useGoToRun } from './use-go-to-run.ts';
import { useRunJob } from './use-run-job.ts';

/** Has a job run, as it is or with other arguments, and leads to the run. */
export function RunButtons({ job }: { job: Job }) {
  const [asking, ask] = useDisclosure(false);
  const goTo = useGoToRun();
  const run = useRunJob(job);
  return (
    <>
      <Button onClick={ask.open}>{isNotebook(job.program) ? 'Run with parameters' : 'Run with arguments'}</Button>
      <Stack gap={4}>
        <Button
          variant="filled"
          leftSection={<IconPlayerPlay size={16} aria-hidden="true" />}
          loading={run.isPending}
          onClick={() => run.mutate({}, { onSuccess: goTo })}
        >
          Run
        </Button>
        <ActionError error={run.error} title="It was not run" />
      </Stack>
      <RunDialog job={job} opened={asking} onClose={ask.close} />
    </>
  );
}
