import { ActionIcon, Button, Group, NativeSelect, Text, TextInput, Tooltip } from '@mantine/core';
import {
  IconArrowDown,
  IconChevronDown,
  IconChevronUp,
  IconDownload,
  IconSearch,
  IconTextWrap,
} from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { downloadText } from '../lib/download.ts';
import type { LogContent } from '../lib/log-lines.ts';
import { atLeast, logLevels, type LogLevel } from '../lib/log-levels.ts';
import { findMatches } from '../lib/log-search.ts';
import type { LogStatus } from '../lib/log-stream.ts';
import { LogRow } from './log-row.tsx';
import classes from './log-view.module.css';

export type LogViewProps = {
  /** what the log is of, for those who can't see */
  label: string;
  content: LogContent;
  status: LogStatus;
  problem?: string | null;
  /** where the whole log can be had as a file */
  downloadHref?: string;
  downloadName: string;
  height: string;
  /** what to say while there is nothing */
  emptyText?: string;
};

const rowHeight = 20;
/** How far from the end still counts as being there. */
const nearEnd = 60;

const statusTexts: Record<LogStatus, string> = {
  loading: 'Loading…',
  following: 'Live',
  reconnecting: 'Reconnecting…',
  ended: 'Complete',
  failed: 'Not available',
};

/** A log: follows its end until the reader scrolls up, can be searched, wrapped and downloaded. Whatever it contains is shown as text. */
export function LogView(props: LogViewProps) {
  const { content, status, label, height } = props;
  const [least, setLeast] = useState<LogLevel>('debug');
  const lines = useMemo(
    () => (least === 'debug' ? content.lines : atLeast(content.lines, least)),
    [content.lines, least],
  );
  const [wrap, setWrap] = useState(false);
  const [following, setFollowing] = useState(true);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const needle = useDeferredValue(query);
  const matches = useMemo(() => findMatches(lines, needle), [lines, needle]);
  const current = matches.length === 0 ? 0 : Math.min(at, matches.length - 1);
  const widest = useMemo(() => lines.reduce((width, line) => Math.max(width, line.raw.length), 0), [lines]);

  // oxlint-disable-next-line react/incompatible-library -- nothing made from `virtual` is memoised
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => lines[index]?.number ?? index,
    overscan: 20,
  });

  // Heights that were measured with the other setting no longer hold.
  useEffect(() => virtual.measure(), [virtual, wrap]);

  useEffect(() => {
    if (following && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [following, lines, wrap, virtual]);

  const goTo = (next: number): void => {
    if (matches.length === 0) return;
    const wrapped = (next + matches.length) % matches.length;
    setAt(wrapped);
    setFollowing(false);
    virtual.scrollToIndex(matches[wrapped]?.line ?? 0, { align: 'center' });
  };

  const onScroll = (): void => {
    const box = scroller.current;
    if (box === null) return;
    // Downwards only: a small movement up near the end must not be undone.
    const down = box.scrollTop > lastTop.current;
    lastTop.current = box.scrollTop;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < nearEnd;
    if (down && atEnd && query === '') setFollowing(true);
  };
  // Only the reader's own movements pause: the page scrolls too, when lines arrive.
  const pauseOnScrollUp = (up: boolean): void => {
    if (up) setFollowing(false);
  };

  const active = status === 'following' || status === 'reconnecting' || status === 'loading';
  return (
    <div className={classes.frame}>
      <Group gap="xs" p={6} className={classes.bar}>
        <TextInput
          size="xs"
          flex="1 1 12rem"
          maw={340}
          aria-label={`Search in ${label}`}
          placeholder="Search"
          leftSection={<IconSearch size={14} />}
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') goTo(current + (event.shiftKey ? -1 : 1));
            if (event.key === 'Escape') setQuery('');
          }}
        />
        {query !== '' && (
          <Group gap={2} wrap="nowrap">
            <Text size="xs" c="dimmed" className="el-tabular" component="output" miw={56} ta="center">
              {matches.length === 0 ? 'no match' : `${current + 1} of ${matches.length}`}
            </Text>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label="Previous match"
              onClick={() => goTo(current - 1)}
              disabled={matches.length === 0}
            >
              <IconChevronUp size={14} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label="Next match"
              onClick={() => goTo(current + 1)}
              disabled={matches.length === 0}
            >
              <IconChevronDown size={14} />
            </ActionIcon>
          </Group>
        )}
        <NativeSelect
          size="xs"
          aria-label="Level"
          value={least}
          onChange={(event) => setLeast(logLevels.find((level) => level === event.currentTarget.value) ?? 'debug')}
          data={[
            { value: 'debug', label: 'All levels' },
            { value: 'info', label: 'From info' },
            { value: 'warning', label: 'Warnings and errors' },
            { value: 'error', label: 'Errors' },
          ]}
        />
        <Group gap="xs" ml="auto" wrap="nowrap">
          <Text size="xs" c="dimmed" component="output">
            {statusTexts[status]}
          </Text>
          {active && (
            <Button
              size="compact-xs"
              variant={following ? 'light' : 'default'}
              color="gray"
              aria-pressed={following}
              leftSection={<IconArrowDown size={13} />}
              onClick={() => setFollowing(!following)}
            >
              Follow
            </Button>
          )}
          <Tooltip label="Wrap long lines">
            <ActionIcon
              variant={wrap ? 'light' : 'subtle'}
              color="gray"
              size="sm"
              aria-label="Wrap long lines"
              aria-pressed={wrap}
              onClick={() => setWrap(!wrap)}
            >
              <IconTextWrap size={15} />
            </ActionIcon>
          </Tooltip>
          <DownloadButton {...props} />
        </Group>
      </Group>
      {content.dropped > 0 && (
        <Text size="xs" className={classes.note}>
          The first {content.dropped.toLocaleString('en')} lines are not shown here; the download has all of them.
        </Text>
      )}
      {props.problem !== null && props.problem !== undefined && (
        <Text size="xs" className={classes.note} role="alert">
          {props.problem}
        </Text>
      )}
      {/* oxlint-disable jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard, watched for scrolling */}
      <div
        ref={scroller}
        className={classes.scroller}
        style={{ height }}
        role="log"
        aria-label={label}
        aria-live="off"
        tabIndex={0}
        data-wrap={wrap}
        onScroll={onScroll}
        onWheel={(event) => pauseOnScrollUp(event.deltaY < 0)}
        onTouchMove={() => pauseOnScrollUp(true)}
        onPointerDown={(event) => pauseOnScrollUp(event.target === event.currentTarget)}
        onKeyDown={(event) => pauseOnScrollUp(['ArrowUp', 'PageUp', 'Home'].includes(event.key))}
      >
        {lines.length === 0 ? (
          <div className={classes.empty}>
            {status === 'loading'
              ? 'Loading…'
              : content.lines.length > 0
                ? 'No line is of this level.'
                : (props.emptyText ?? 'Nothing has been written yet.')}
          </div>
        ) : (
          <div
            style={{
              height: virtual.getTotalSize(),
              position: 'relative',
              minWidth: wrap ? undefined : `${Math.min(widest, 4100) + 10}ch`,
            }}
          >
            {virtual.getVirtualItems().map((item) => {
              const line = lines[item.index];
              if (line === undefined) return null;
              return (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className={classes.row}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <LogRow
                    line={line}
                    needle={needle}
                    current={matches[current]?.line === item.index ? matches[current].from : -1}
                  />
                </div>
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

function DownloadButton({ downloadHref, downloadName, content }: LogViewProps) {
  const button = { variant: 'subtle', color: 'gray', size: 'sm', 'aria-label': 'Download' } as const;
  const icon = <IconDownload size={15} />;
  if (downloadHref !== undefined) {
    return (
      <Tooltip label="Download">
        <ActionIcon {...button} component="a" href={downloadHref} download={downloadName}>
          {icon}
        </ActionIcon>
      </Tooltip>
    );
  }
  const save = (): void => {
    downloadText(content.lines.map((line) => `${line.raw}\n`).join(''), downloadName, 'text/plain');
  };
  return (
    <Tooltip label="Download">
      <ActionIcon {...button} onClick={save}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
