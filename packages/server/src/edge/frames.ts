/**
 * Follows the frames of one direction of a WebSocket (RFC 6455, 5.2) without keeping or changing any of it: `onMessage` is called for frames that
 * carry data, so not for pings and pongs, which browsers answer on their own; `atBoundary` says whether a frame of ours could be put in now.
 */
export function createFrameWatcher(onMessage: () => void): { push(chunk: Buffer): void; atBoundary(): boolean } {
  const header = Buffer.alloc(14);
  let have = 0;
  let payloadLeft = 0;
  return {
    atBoundary: () => have === 0 && payloadLeft === 0,
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (payloadLeft > 0) {
          const taken = Math.min(payloadLeft, chunk.length - at);
          payloadLeft -= taken;
          at += taken;
          continue;
        }
        header[have++] = chunk[at++] ?? 0;
        if (have < headerLength(header, have)) continue;
        payloadLeft = payloadLength(header);
        have = 0;
        if (((header[0] ?? 0) & 0x08) === 0) onMessage();
      }
    },
  };
}

function headerLength(header: Buffer, have: number): number {
  if (have < 2) return 2;
  const second = header[1] ?? 0;
  const short = second & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + ((second & 0x80) === 0 ? 0 : 4);
}

function payloadLength(header: Buffer): number {
  const short = (header[1] ?? 0) & 0x7f;
  if (short === 126) return header.readUInt16BE(2);
  if (short === 127) return Number(header.readBigUInt64BE(2));
  return short;
}

/** An unmasked close frame, as a server sends it (RFC 6455, 5.5.1). */
export function closeFrame(code: number): Buffer {
  const frame = Buffer.from([0x88, 2, 0, 0]);
  frame.writeUInt16BE(code, 2);
  return frame;
}
