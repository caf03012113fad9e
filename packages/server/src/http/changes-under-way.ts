import type { FastifyInstance } from 'fastify';

export type ChangesUnderWay = {
  /** From now on whoever has been answered has to connect anew, which may be to somebody else. */
  sendAway(): void;
  /** Resolves when no request is under way that may change something, and none has come for a moment, or after `ms`. */
  settled(ms: number): Promise<void>;
};

/** An edge may send its next request on a connection that is open: what is answered now ends its connection, and so the last of them go within a moment, ms. */
const quietMs = 250;

/** Knows which requests an app has that may change something: what ends without their answers leaves their senders in the dark. For an app whose routes come after this. */
export function watchChanges(app: FastifyInstance): ChangesUnderWay {
  const underWay = new Set<unknown>();
  const waiting = new Set<() => void>();
  let leaving = false;
  let lastCame = -Infinity;
  app.addHook('onRequest', (request, reply, done) => {
    if (leaving) reply.header('connection', 'close');
    lastCame = performance.now();
    if (!/^(?:GET|HEAD|OPTIONS)$/.test(request.method)) {
      underWay.add(request);
      reply.raw.once('close', () => {
        underWay.delete(request);
        if (underWay.size === 0) for (const go of waiting) go();
      });
    }
    done();
  });
  return {
    sendAway: () => void (leaving = true),
    async settled(ms) {
      const end = performance.now() + ms;
      for (;;) {
        const now = performance.now();
        const quietAt = lastCame + quietMs;
        if (now >= end || (underWay.size === 0 && now >= quietAt)) return;
        const wait = underWay.size === 0 ? Math.min(end, quietAt) - now : end - now;
        await new Promise<void>((resolve) => {
          const go = () => {
            clearTimeout(timer);
            waiting.delete(go);
            resolve();
          };
          const timer = setTimeout(go, Math.max(1, wait));
          waiting.add(go);
        });
      }
    },
  };
}
