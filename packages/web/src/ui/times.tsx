import { Text, type TextProps } from '@mantine/core';
import { formatDuration, formatExact, formatRelative } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';

/** When something was or will be, relative to now; the exact time on hover. */
export function RelativeTime({ at, ...text }: { at: string } & TextProps) {
  const now = useNow(10_000);
  const time = Date.parse(at);
  return (
    <Text span inherit className="el-tabular" {...text}>
      <time dateTime={at} title={formatExact(time)}>
        {formatRelative(time, now)}
      </time>
    </Text>
  );
}

/** How long something took, or has taken until now while `to` is null; `coarse` leaves out the smaller unit. */
export function Duration({ from, to, coarse = false }: { from: string; to: string | null; coarse?: boolean }) {
  const now = useNow(1000);
  const start = Date.parse(from);
  const end = to === null ? now : Date.parse(to);
  return (
    <Text span inherit className="el-tabular" title={`since ${formatExact(start)}`}>
      {formatDuration(end - start, coarse ? 1 : 2)}
    </Text>
  );
}
