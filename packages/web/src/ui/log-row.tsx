import { memo } from 'react';
import { readSegments, type LogLine } from '../lib/log-lines.ts';
import { markMatches } from '../lib/log-search.ts';
import classes from './log-view.module.css';

/** One line of a log. `current`: where the match that the reader is at begins, or -1. */
export const LogRow = memo(function LogRow({
  line,
  needle,
  current,
}: {
  line: LogLine;
  needle: string;
  current: number;
}) {
  const pieces = markMatches(readSegments(line), needle, current);
  return (
    <>
      <span className={classes.number} aria-hidden="true">
        {line.number}
      </span>
      <span className={classes.text}>
        {pieces.map((piece, index) => {
          const className = piece.className
            .split(' ')
            .map((name) => classes[name])
            .join(' ');
          return piece.match === 'none' ? (
            // oxlint-disable-next-line react/no-array-index-key -- pieces have no identity but their place
            <span key={index} className={className}>
              {piece.text}
            </span>
          ) : (
            // oxlint-disable-next-line react/no-array-index-key -- pieces have no identity but their place
            <mark key={index} className={className} data-current={piece.match === 'current'}>
              {piece.text}
            </mark>
          );
        })}
        {line.cut > 0 && (
          <span className={classes.cut}> … {line.cut.toLocaleString('en')} more characters are in the download</span>
        )}
      </span>
    </>
  );
});
