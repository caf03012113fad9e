import { startSteps, type Server, type StartStep } from '@emberlab/contract';
import { Group, Loader, Stack, Text } from '@mantine/core';
import { IconCircle, IconCircleCheck } from '@tabler/icons-react';
import { Duration } from '../../ui/times.tsx';
import { ordinal } from './limits.ts';
import { stepLabels } from './server-state.ts';

const ofCluster: ReadonlySet<StartStep> = new Set(['scheduling', 'preparing']);

/** The steps of a start with the time each took; the one that is being done runs. */
export function StartSteps({ server }: { server: Server }) {
  return (
    <Stack gap={8} component="ol" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Steps of the start">
      {startSteps.map((name) => {
        const step = server.steps.find((each) => each.step === name);
        // Only a cluster's servers have these.
        if (step === undefined && ofCluster.has(name)) return null;
        const state = step === undefined ? 'later' : step.endedAt === null ? 'now' : 'done';
        return (
          <li key={name} aria-current={state === 'now' ? 'step' : undefined}>
            <Group gap="sm" wrap="nowrap">
              <Group w={18} justify="center" aria-hidden="true" c={state === 'done' ? 'var(--el-ok)' : 'dimmed'}>
                {state === 'now' ? (
                  <Loader size={14} color="gray" />
                ) : state === 'done' ? (
                  <IconCircleCheck size={18} />
                ) : (
                  <IconCircle size={14} />
                )}
              </Group>
              <Text
                size="sm"
                c={state === 'later' ? 'dimmed' : 'var(--mantine-color-text)'}
                fw={state === 'now' ? 600 : 400}
                flex={1}
                maw={300}
              >
                {stepLabels[name]}
                {name === 'queue' && server.queuePosition !== null && `: ${ordinal(server.queuePosition)} in the queue`}
              </Text>
              <Text size="sm" c="dimmed" miw={70} ta="right">
                {step === undefined ? '' : <Duration from={step.startedAt} to={step.endedAt} />}
              </Text>
            </Group>
            {state === 'now' && step !== undefined && step.note !== null && (
              <Text size="sm" c="dimmed" pl={30} maw={640} className="el-break">
                {step.note}
              </Text>
            )}
          </li>
        );
      })}
    </Stack>
  );
}
