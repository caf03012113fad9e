import { request as httpRequest } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import { parseFeedLine } from './lines.ts';
import type { Log } from '../lib/log.ts';
import type { Table } from './table.ts';

/** Control says something every 5 s; a stream that is silent for so long is dead, whatever the socket says. */
const silenceMs = 15_000;
const maxLineLength = 64 * 1024 * 1024;

export type Feed = {
  /** Resolves true as soon as `holds` does, looking after each line; false after `ms`. */
  until(holds: () => boolean, ms: number): Promise<boolean>;
  close(): void;
};

/**
 * Follows control's `GET /feed` into `table`, for as long as it takes: a stream that breaks is opened again after 50 ms, growing to 500 ms, and the
 * table stays as it is until the next snapshot. `onLoss` is called when something was taken away.
 */
export function followFeed(options: {
  socketPath: string;
  table: Table;
  clock: Clock;
  log: Log;
  onLoss: () => void;
}): Feed {
  const { table, clock, log } = options;
  const looking = new Set<() => void>();
  let closed = false;
  let pause = 50;
  let connected = false;
  let abandon: () => void = () => undefined;

  const take = (text: string): boolean => {
    const line = parseFeedLine(text);
    if (line === null) return false;
    if (line.type === 'snapshot') {
      pause = 50;
      connected = true;
      log.info({ targets: line.targets.length, grants: line.grants.length }, 'connected to control');
    }
    if (table.apply(line)) options.onLoss();
    for (const look of looking) look();
    return true;
  };

  const connect = () => {
    const request = httpRequest({
      socketPath: options.socketPath,
      path: '/feed',
      agent: false,
      headers: { host: 'localhost' },
    });
    let over = false;
    let cancelSilence = clock.after(silenceMs, () => lose('silent'));
    const lose = (reason: string) => {
      if (over) return;
      over = true;
      cancelSilence();
      request.destroy();
      if (connected) log.warn({ reason }, 'lost control; going on with the last table');
      connected = false;
      if (closed) return;
      abandon = clock.after(pause, connect);
      pause = Math.min(pause * 2, 500);
    };
    abandon = () => lose('closed');
    request.on('error', (error) => lose(error.message));
    request.on('close', () => lose('ended'));
    request.once('response', (answer) => {
      if (answer.statusCode !== 200) return lose(`status ${answer.statusCode}`);
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('error', (error) => lose(error.message));
      answer.on('data', (chunk: string) => {
        cancelSilence();
        cancelSilence = clock.after(silenceMs, () => lose('silent'));
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const text of lines) if (!over && !take(text)) lose('not a line of the feed');
        if (rest.length > maxLineLength) lose('endless line');
        if (over) cancelSilence();
      });
    });
    request.end();
  };
  connect();

  return {
    until: (holds, ms) =>
      new Promise((resolve) => {
        if (holds()) return resolve(true);
        const settle = (result: boolean) => {
          looking.delete(look);
          cancel();
          resolve(result);
        };
        const look = () => {
          if (closed || holds()) settle(!closed);
        };
        const cancel = clock.after(ms, () => settle(false));
        looking.add(look);
      }),
    close() {
      closed = true;
      abandon();
      for (const look of looking) look();
    },
  };
}
