import { readLog } from '../../lib/log-lines.ts';
import { LogView } from '../../ui/log-view.tsx';

/** The end of the log of a server that failed. */
export function LogTail({ lines, height }: { lines: readonly string[]; height: string }) {
  return (
    <LogView
      label="Last lines of the server log"
      content={readLog(lines.join('\n'))}
      status="ended"
      downloadName="jupyter-tail.log"
      height={height}
    />
  );
}
