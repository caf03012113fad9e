import { useLogStream } from '../lib/use-log-stream.ts';
import { LogView } from './log-view.tsx';

/** The log at an address of the API, as it is written. `live`: whether more is to come. */
export function LogStreamView({
  url,
  live,
  ...view
}: {
  /** without `follow` */
  url: string;
  live: boolean;
  label: string;
  downloadName: string;
  height: string;
  emptyText?: string;
}) {
  const log = useLogStream(`${url}${url.includes('?') ? '&' : '?'}follow=1`, live);
  return <LogView {...view} {...log} downloadHref={url} />;
}
