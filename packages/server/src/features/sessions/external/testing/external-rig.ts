import type { Clock } from '../../../../lib/clock.ts';
import type { Limits } from '../../limits.ts';
import { createApi } from '../../testing/api.ts';
import { createRig, type TestUser } from '../../testing/rig.ts';
import { fakeLivy } from './fake-livy.ts';

export type ExternalRig = Awaited<ReturnType<typeof createExternalRig>>;

/**
 * The sessions feature with a Livy beside it, over HTTP, and the API in front. Ada is an administrator and owns the project `demo`, whose sessions run on that
 * Livy unless `unset`. `await using` closes everything.
 */
export async function createExternalRig(
  options: {
    unset?: boolean;
    allowed?: readonly string[];
    login?: string;
    limits?: Partial<Limits>;
    clock?: Clock;
  } = {},
) {
  const livy = await fakeLivy({ path: '/gateway', ...(options.login === undefined ? {} : { login: options.login }) });
  const rig = await createRig({
    livyAllowed: options.allowed ?? [],
    limits: { livyPollMs: 3_600_000, ...options.limits },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const { app, router, call: api } = await createApi(rig);

  const external = {
    ...rig,
    rig,
    livy,
    api,
    app,
    router,
    call: rig.call,
    user: rig.user,

    /** Lets the project's sessions run on that Livy, or another. */
    async use(url = livy.url, more: object = {}) {
      const answer = await api('PUT', '/livy', rig.ada, { url, login: { type: 'none' }, ...more });
      if (answer.status !== 200) throw new Error(answer.text);
    },

    /** A session on that Livy which takes statements. */
    async idle(as: TestUser = rig.ada, body: object = {}) {
      const made = await rig.call('POST', '/sessions', { body: { kind: 'pyspark', ...body }, as });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      const there = livy.state.sessions.at(-1);
      if (there === undefined) throw new Error('the Livy has none');
      there.state = 'idle';
      const { id } = made.body as { id: number };
      await rig.call('GET', `/sessions/${id}`, { as });
      return { id, there };
    },

    async [Symbol.asyncDispose]() {
      await app.close();
      await rig[Symbol.asyncDispose]();
      await livy[Symbol.asyncDispose]();
    },
  };
  if (options.unset !== true) await external.use();
  livy.heard();
  return external;
}
