import { useEffect, useRef, useState } from 'react';
import { noLog, openLogStream, type LogState } from './log-stream.ts';
import { usePageInUse } from './use-page-in-use.ts';

/** Streams the log at `url` while the calling component is there. `live`: whether the process behind it still writes. */
export function useLogStream(url: string, live: boolean): LogState {
  const [state, setState] = useState<LogState>(noLog);
  const inUse = usePageInUse();
  const liveNow = useRef(live);
  const last = useRef<{ url: string; state: LogState } | null>(null);
  useEffect(() => {
    liveNow.current = live;
  }, [live]);
  useEffect(() => {
    if (!inUse) return undefined;
    const shown = last.current?.url === url ? last.current.state : noLog;
    setState(shown);
    return openLogStream({
      url,
      live: () => liveNow.current,
      shown,
      onChange: (next) => {
        last.current = { url, state: next };
        setState(next);
      },
    });
  }, [url, inUse]);
  return state;
}
