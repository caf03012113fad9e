/** Answers on one connection, of the plainest kind: each with a `content-length`, one at a time. */
export type Answers = {
  /** Takes what came; calls back at the end of each answer with its status. Throws for an answer whose end nobody can tell. */
  push(chunk: Buffer): void;
};

const none = Buffer.alloc(0);

/** Reads the least that tells where an answer ends: a whole HTTP client takes as much time as a proxy does, and would be what is measured. */
export function createAnswers(onAnswer: (status: number) => void): Answers {
  let head: Buffer = none;
  let status = 0;
  let left = 0;
  return {
    push(chunk) {
      let rest = chunk;
      while (rest.length > 0) {
        if (left > 0) {
          const taken = Math.min(left, rest.length);
          left -= taken;
          rest = rest.subarray(taken);
        } else {
          const all = head.length === 0 ? rest : Buffer.concat([head, rest]);
          const end = all.indexOf('\r\n\r\n');
          if (end < 0) {
            head = all;
            return;
          }
          head = none;
          const text = all.toString('latin1', 0, end);
          const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
          if (length === undefined) throw new Error(`an answer without content-length: ${text}`);
          status = Number(text.slice(9, 12));
          left = Number(length);
          rest = all.subarray(end + 4);
        }
        if (left === 0) onAnswer(status);
      }
    },
  };
}
