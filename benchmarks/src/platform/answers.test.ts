import { describe, expect, it } from 'vitest';
import { createAnswers } from './answers.ts';

const empty = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const full = 'HTTP/1.1 404 Not Found\r\nx: y\r\ncontent-length: 5\r\n\r\nhello';

function statusesOf(chunks: readonly string[]): number[] {
  const statuses: number[] = [];
  const answers = createAnswers((status) => statuses.push(status));
  for (const chunk of chunks) answers.push(Buffer.from(chunk));
  return statuses;
}

describe('answers on a connection', () => {
  it('are told apart by their lengths', () => {
    expect(statusesOf([empty + full + empty])).toEqual([200, 404, 200]);
  });

  it('are whole however they come', () => {
    expect(statusesOf((full + empty).split(''))).toEqual([404, 200]);
  });

  it('end when their bodies do', () => {
    expect(statusesOf([full.slice(0, -1)])).toEqual([]);
  });

  it('without a length are refused', () => {
    expect(() => statusesOf(['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'])).toThrow(
      'without content-length',
    );
  });
});
