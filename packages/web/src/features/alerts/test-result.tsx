import type { AlertDelivery } from '@emberlab/contract';
import { Code, Stack, Text } from '@mantine/core';
import { showHidden } from '../../lib/show-hidden.ts';
import { Notice } from '../../ui/notice.tsx';

/** What came of a test. What the receiver has answered is its text, not ours. */
export function TestResult({ delivery, onDismiss }: { delivery: AlertDelivery; onDismiss: () => void }) {
  const { state, receiver, code, answer, problem } = delivery;
  const arrived = state === 'delivered';
  return (
    <Notice
      tone={arrived ? 'info' : 'bad'}
      title={arrived ? `${receiver.name} got the test` : `${receiver.name} did not get the test`}
      onDismiss={onDismiss}
    >
      <Stack gap={4}>
        {problem !== null && <Text size="sm">{showHidden(problem)}</Text>}
        {code !== null && (
          <Text size="sm" c="dimmed">
            Answer {code}
            {answer !== null && (
              <>
                {': '}
                <Code className="el-break">{showHidden(answer)}</Code>
              </>
            )}
          </Text>
        )}
      </Stack>
    </Notice>
  );
}
