import { connect } from 'node:net';
import { z } from 'zod';
import { EngineError, type Capacity } from '../engine.ts';

/** Long enough for a master on the other side of a town, short enough for somebody who waits for a cell. */
const answerMs = 3000;
const maxAnswer = 16 * 1024 * 1024;

const worker = z.object({
  state: z.string(),
  cores: z.number(),
  coresused: z.number(),
  memory: z.number(),
  memoryused: z.number(),
});
/** What we use of what a master's page says as JSON. Memory in MB. */
const masterState = z.object({
  status: z.string(),
  workers: z.array(worker),
  activeapps: z.array(z.object({ id: z.string(), state: z.string() })),
});
export type MasterState = z.infer<typeof masterState>;

export type MasterOptions = {
  /** spark://HOST:PORT, with others behind commas where one may take the place of another */
  readonly master: string;
  /** its web page, without a slash at the end; null: nobody knows it */
  readonly page: string | null;
};

/** One executor, as an application asks for it. */
export type Executor = { readonly cores: number; readonly memoryMb: number };

const away = (master: string): string =>
  `The Spark master ${master} does not answer. Applications that run go on with what they have, and nothing new starts until it is back.`;

/** Asks a master of a standalone cluster for what it has. */
export function createMaster({ master, page }: MasterOptions) {
  /** Whether one of the masters lets us connect. */
  const answers = async (): Promise<boolean> => {
    const addresses = master.slice('spark://'.length).split(',');
    const reached = await Promise.all(addresses.map((address) => opens(new URL(`http://${address}`))));
    return reached.includes(true);
  };

  /** null: it can't be read. */
  const read = async (): Promise<MasterState | null> => {
    if (page === null) return null;
    try {
      const answer = await fetch(`${page}/json/`, { signal: AbortSignal.timeout(answerMs), redirect: 'error' });
      const text = await textOf(answer);
      return masterState.parse(JSON.parse(text));
    } catch {
      return null;
    }
  };

  return {
    read,

    /** What the cluster has; null: nobody said where its page is. */
    async capacity(): Promise<Capacity | null> {
      if (page === null) return null;
      const [up, state] = await Promise.all([answers(), read()]);
      if (state === null || !up) {
        const problem = up ? `The page ${page} of the Spark master does not say what the cluster has.` : away(master);
        return { ...nothing, problem };
      }
      return capacityOf(state);
    },

    /** Throws an `EngineError` where an application could not start, or where none of its executors ever could. */
    async mustHave(executor: Executor): Promise<void> {
      const [up, state] = await Promise.all([answers(), read()]);
      if (!up) {
        throw new EngineError(
          `The Spark master ${master} does not answer. Please try again later, or ask an administrator.`,
        );
      }
      const problem = state === null ? null : misfit(state, executor);
      if (problem !== null) throw new EngineError(problem);
    },
  };
}

const nothing: Omit<Capacity, 'problem'> = {
  workers: 0,
  cores: { total: 0, used: 0 },
  memoryBytes: { total: 0, used: 0 },
  waiting: 0,
};

const alive = (state: MasterState) => state.workers.filter((one) => one.state === 'ALIVE');

/** What the machines have that take part now. */
function capacityOf(state: MasterState): Capacity {
  const workers = alive(state);
  const sum = (of: (one: (typeof workers)[number]) => number) => workers.reduce((all, one) => all + of(one), 0);
  const megabyte = 1024 ** 2;
  return {
    problem: problemOf(state),
    workers: workers.length,
    cores: { total: sum((one) => one.cores), used: sum((one) => one.coresused) },
    memoryBytes: { total: sum((one) => one.memory) * megabyte, used: sum((one) => one.memoryused) * megabyte },
    waiting: state.activeapps.filter((application) => application.state === 'WAITING').length,
  };
}

function problemOf(state: MasterState): string | null {
  if (state.status !== 'ALIVE') {
    return 'The Spark master is not in charge now: another one is, or it is still starting.';
  }
  return alive(state).length > 0 ? null : noWorkers;
}

const noWorkers =
  'No machine takes part in the cluster now: applications start, and wait for their executors until one does.';

/** Why no machine of the cluster could ever run such an executor; null: one could, or there is none to tell by. */
function misfit(state: MasterState, executor: Executor): string | null {
  const workers = alive(state);
  if (workers.length === 0) return null;
  if (workers.some((one) => one.cores >= executor.cores && one.memory >= executor.memoryMb)) return null;
  const cores = Math.max(...workers.map((one) => one.cores));
  const memory = Math.max(...workers.map((one) => one.memory));
  const asked = `${executor.memoryMb} MB and ${countOf(executor.cores)}`;
  return `No machine of the cluster can run an executor with ${asked}: the most that one has is ${memory} MB and ${countOf(cores)}. Please ask for less in the configuration.`;
}

const countOf = (cores: number): string => `${cores} ${cores === 1 ? 'core' : 'cores'}`;

/** Whether something listens there. */
function opens({ hostname, port }: URL): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  const end = (reached: boolean) => {
    socket.destroy();
    resolve(reached);
  };
  socket.setTimeout(answerMs, () => end(false));
  socket.once('connect', () => end(true));
  socket.once('error', () => end(false));
  return promise;
}

async function textOf(answer: Response): Promise<string> {
  if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > maxAnswer) throw new Error('that is no answer of a master');
  }
  return text;
}
