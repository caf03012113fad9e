/** Binary frames of the agent protocol: `u32 stream id` (big-endian), `u8 opcode`, payload. */
const opcodes = { open: 0, data: 1, end: 2, reset: 3, credit: 4 } as const;

export type TunnelFrame =
  | { op: 'open'; stream: number; target: string }
  | { op: 'data'; stream: number; bytes: Buffer }
  | { op: 'end' | 'reset'; stream: number }
  | { op: 'credit'; stream: number; credit: number };

/** What either side may send on a stream before the other says that it has consumed it, bytes. */
export const windowBytes = 1024 * 1024;

const headerBytes = 5;

export function encodeTunnelFrame(frame: TunnelFrame): Buffer {
  const payload =
    frame.op === 'open'
      ? Buffer.from(frame.target)
      : frame.op === 'data'
        ? frame.bytes
        : Buffer.alloc(frame.op === 'credit' ? 4 : 0);
  if (frame.op === 'credit') payload.writeUInt32BE(frame.credit);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(frame.stream);
  header.writeUInt8(opcodes[frame.op], 4);
  return Buffer.concat([header, payload]);
}

/** null: not a frame of this protocol. */
export function decodeTunnelFrame(message: Buffer): TunnelFrame | null {
  if (message.length < headerBytes) return null;
  const stream = message.readUInt32BE();
  const payload = message.subarray(headerBytes);
  switch (message.readUInt8(4)) {
    case opcodes.open:
      return { op: 'open', stream, target: payload.toString() };
    case opcodes.data:
      return { op: 'data', stream, bytes: payload };
    case opcodes.end:
      return { op: 'end', stream };
    case opcodes.reset:
      return { op: 'reset', stream };
    case opcodes.credit:
      return payload.length === 4 ? { op: 'credit', stream, credit: payload.readUInt32BE() } : null;
    default:
      return null;
  }
}
