import type { FastifyInstance } from 'fastify';

export type ChangesUnderWay = {
  /** From now on whoever has been answered has to connect anew, which may be to somebody else. */
  sendAway(): void;
  /** Resolves when no request is under way that may change something, or after `ms`. */
  settled(ms: number): Promise<void>;
};

/** Knows which requests an app has that may change something: what ends without their answers leaves their senders in the dark. For an app whose routes come after this. */
export function watchChanges(app: FastifyInstance): ChangesUnderWay {
  const underWay = new Set<unknown>();
  const waiting = new Set<() => void>();
  let leaving = false;
  app.addHook('onRequest', (request, reply, done) => {
    if (leaving) reply.header('connection', 'close');
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
    settled: (ms) =>
      new Promise((resolve) => {
        if (underWay.size === 0) return resolve();
        const go = () => {
          clearTimeout(timer);
          waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, ms);
        waiting.add(go);
      }),
  };
}
