import type { Server } from '@emberlab/contract';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useId } from 'react';
import { formatDuration, formatExact } from '../../lib/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { RelativeTime } from '../../ui/times.tsx';
import { ActionError } from '../../ui/error-state.tsx';
import { useProject } from '../projects/project-context.ts';
import { hasAllTime, latestEnd, msLeft, noMoreTime, spellActivity, spellLeft } from './time-left.ts';
import { useExtend } from './use-extend.ts';

/** When a running server ends, the way to more time, and what keeps it busy. */
export function ServerTime({ server }: { server: Server }) {
  const { name } = useProject();
  const extend = useExtend(name);
  const now = useNow(1000);
  const left = msLeft(server, now);
  const { hours, idleMinutes, mayBeUnlimited, runHours } = server.time;
  const latest = latestEnd(server);
  const activity = spellActivity(server.activity, now);
  const allUsed = hasAllTime(server);
  const whyNot = allUsed ? null : noMoreTime(left, server.time);
  const whyNotId = useId();
  const asking = extend.isPending ? extend.variables : undefined;
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm" className="el-tabular">
          {left === null || server.stopsAt === null ? (
            'Runs without a limit'
          ) : (
            <>
              Stops in{' '}
              <time dateTime={server.stopsAt} title={formatExact(Date.parse(server.stopsAt))}>
                {spellLeft(left)}
              </time>
            </>
          )}
        </Text>
        <Button
          size="compact-sm"
          onClick={() => extend.mutate(hours)}
          loading={asking === hours}
          disabled={allUsed || whyNot !== null || asking !== undefined}
          aria-describedby={allUsed || whyNot !== null ? whyNotId : undefined}
          aria-label={left === null ? `Stop after ${hours} hours` : `Run for ${hours} more hours`}
        >
          {left === null ? `limit to ${hours} h` : `+${hours} h`}
        </Button>
        {left !== null && mayBeUnlimited && (
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => extend.mutate(null)}
            loading={asking === null}
            disabled={asking !== undefined}
          >
            no limit
          </Button>
        )}
        {whyNot !== null && (
          <Text size="sm" c="dimmed" id={whyNotId}>
            {whyNot}
          </Text>
        )}
      </Group>
      {latest !== null && (
        <Text size="sm" c="dimmed" {...(allUsed ? { id: whyNotId } : {})}>
          {allUsed ? 'It has all the time that its limit allows: ' : 'It may run for '}
          {runHours} h in all
          {allUsed ? (
            '. An administrator can raise that.'
          ) : (
            <>
              , until <RelativeTime at={latest} inherit span />.
            </>
          )}
        </Text>
      )}
      {(activity !== null || idleMinutes > 0) && (
        <Text size="sm" c="dimmed" className="el-break">
          {activity}
          {idleMinutes > 0 && ` It is stopped when nothing has run for ${formatDuration(idleMinutes * 60_000)}.`}
        </Text>
      )}
      <ActionError error={extend.error} title="No time was added" />
    </Stack>
  );
}
