import { Button, CloseButton, Group, Progress, Stack, Text } from '@mantine/core';
import { countOf, formatBytes } from '../../../lib/units.ts';
import { Section } from '../../../ui/page.tsx';
import { nameShown } from '../folder-path.tsx';
import type { Sending, SendingState, UploadQueue } from './upload-queue.ts';

const stateLabels: Readonly<Record<SendingState, string>> = {
  waiting: 'waits for its turn',
  sending: '',
  paused: 'paused',
  away: 'Emberlab does not answer; it goes on by itself',
  taken: 'a file of that name is there',
  failed: 'not uploaded',
  done: 'uploaded',
};

/** Files on their way, with how far each is. */
export function UploadPanel({ sendings, queue }: { sendings: readonly Sending[]; queue: UploadQueue }) {
  if (sendings.length === 0) return null;
  const done = sendings.filter(({ state }) => state === 'done').length;
  return (
    <Section
      title={`Uploads: ${done} of ${countOf(sendings.length, 'file')}`}
      aside={
        done > 0 && (
          <Button size="compact-xs" onClick={queue.clear}>
            Clear finished
          </Button>
        )
      }
    >
      <Stack gap="sm" component="ul" m={0} p={0} mah={300} style={{ listStyle: 'none', overflowY: 'auto' }}>
        {sendings.map((one) => (
          <li key={one.key}>
            <OneUpload sending={one} queue={queue} />
          </li>
        ))}
      </Stack>
    </Section>
  );
}

function OneUpload({ sending, queue }: { sending: Sending; queue: UploadQueue }) {
  const { key, file, folder, state, sent, problem } = sending;
  const share = file.size === 0 ? (state === 'done' ? 100 : 0) : (sent / file.size) * 100;
  const name = nameShown(file.name);
  const isBad = state === 'failed' || state === 'taken';
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap" justify="space-between">
        <Text size="sm" className="el-break" miw={0}>
          {name}
          <Text span size="xs" c="dimmed">
            {' '}
            to {folder === '' ? 'the project’s folder' : nameShown(folder)}
          </Text>
        </Text>
        <Group gap={4} wrap="nowrap">
          <Text size="xs" c="dimmed" className="el-tabular" style={{ whiteSpace: 'nowrap' }}>
            {state === 'done' ? formatBytes(file.size) : `${formatBytes(sent)} of ${formatBytes(file.size)}`}
          </Text>
          {(state === 'sending' || state === 'away' || state === 'waiting') && (
            <Button size="compact-xs" aria-label={`Pause ${name}`} onClick={() => queue.pause(key)}>
              Pause
            </Button>
          )}
          {(state === 'paused' || state === 'failed') && (
            <Button size="compact-xs" aria-label={`Go on with ${name}`} onClick={() => queue.resume(key)}>
              {state === 'paused' ? 'Go on' : 'Retry'}
            </Button>
          )}
          {state === 'taken' && (
            <>
              <Button size="compact-xs" onClick={() => queue.resume(key, 'replace')} aria-label={`Replace ${name}`}>
                Replace
              </Button>
              <Button
                size="compact-xs"
                onClick={() => queue.resume(key, 'keepBoth')}
                aria-label={`Keep both of ${name}`}
              >
                Keep both
              </Button>
            </>
          )}
          <CloseButton
            size="sm"
            aria-label={state === 'done' ? `Take ${name} off the list` : `Give up the upload of ${name}`}
            onClick={() => void queue.cancel(key)}
          />
        </Group>
      </Group>
      <Progress
        size={4}
        value={share}
        color={isBad ? 'red.7' : state === 'done' ? 'green.7' : 'gray.6'}
        aria-label={`${name}: ${Math.floor(share)} %`}
      />
      {(stateLabels[state] !== '' || problem !== null) && (
        <Text size="xs" c={isBad ? 'var(--mantine-color-error)' : 'dimmed'} role={isBad ? 'alert' : undefined}>
          {isBad && problem !== null ? problem : stateLabels[state]}
          {state === 'taken' && ' With Replace, the one that is there goes into the bin.'}
        </Text>
      )}
    </Stack>
  );
}
