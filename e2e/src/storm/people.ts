import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@emberlab/contract';
import type { Random } from './random.ts';
import { outcomeOf, Told, type Outcome } from './told.ts';

/** Somebody who goes on doing things until it is over, and then compares what they were told with what is there. */
export type Person = {
  readonly name: string;
  /** one thing of what they do; short */
  act(): Promise<void>;
  /** what is not as they were told, in sentences; the platform is well when this is asked */
  compare(): Promise<string[]>;
};

/** Something answered no where it had no reason to: a fault, wherever it happens. */
function mustNotRefuse(
  what: string,
  outcome: Outcome<unknown>,
  problems: string[],
  ...allowed: readonly number[]
): void {
  if (outcome.kind === 'refused' && !allowed.includes(outcome.error.status)) {
    problems.push(`${what}: ${outcome.error.status} ${outcome.error.message}`);
  }
}

/** Gives roles in a project to people, and takes them away. */
export function host(client: Client, random: Random, project: string, emails: readonly string[]): Person {
  const roles = new Map(emails.map((email) => [email, new Told<string | null>(null)]));
  const problems: string[] = [];
  /** Who is not what they were told to be; nothing while nobody answers. */
  async function differences(): Promise<string[]> {
    const outcome = await outcomeOf(() => client.call('projects.members', { params: { project } }));
    if (outcome.kind !== 'done') return [];
    return [...roles].flatMap(([email, told]) => {
      const is = outcome.value.items.find((member) => member.email === email)?.role ?? null;
      return told.possible.includes(is) ? [] : [`${email} is ${is}, and was told to be ${told.possible.join(' or ')}`];
    });
  }
  return {
    name: 'host',
    async act() {
      const email = random.pick(emails);
      const told = roles.get(email);
      if (random.next() < 0.3) {
        problems.push(...(await differences()));
        const outcome = await outcomeOf(() => client.call('projects.removeMember', { params: { project, email } }));
        // Who is none any more can't be removed: by an earlier request whose answer was lost, or by this one, which the edge sends again when control is gone.
        mustNotRefuse('removing a member', outcome, problems, 404);
        told?.note(outcome.kind === 'refused' ? { kind: 'done', value: null } : outcome, null);
      } else {
        const role = random.pick(['viewer', 'editor'] as const);
        const outcome = await outcomeOf(() =>
          client.call('projects.setMember', { params: { project, email }, body: { role } }),
        );
        mustNotRefuse('setting a role', outcome, problems);
        told?.note(outcome, role);
      }
    },
    compare: async () => [...problems, ...(await differences())],
  };
}

/** Makes tokens and revokes them; tries those that it has. */
export function keyMaker(client: Client, random: Random, open: (token: string) => Promise<number>): Person {
  const problems: string[] = [];
  const live = new Map<string, { id: string; secret: string }>();
  const revoked: string[] = [];
  let count = 0;
  return {
    name: 'key maker',
    async act() {
      const [first] = live.values();
      if (first !== undefined && (live.size > 8 || random.next() < 0.4)) {
        const outcome = await outcomeOf(() => client.call('me.deleteToken', { params: { id: first.id } }));
        // Asked again after nobody knew.
        mustNotRefuse('revoking a token', outcome, problems, 404);
        if (outcome.kind === 'unknown') return;
        live.delete(first.id);
        revoked.push(first.secret);
        return;
      }
      count += 1;
      const outcome = await outcomeOf(() => client.call('me.createToken', { body: { name: `storm ${count}` } }));
      mustNotRefuse('making a token', outcome, problems);
      if (outcome.kind === 'done') live.set(outcome.value.id, { id: outcome.value.id, secret: outcome.value.secret });
    },
    async compare() {
      const statuses = async (secrets: readonly string[]) => Promise.all(secrets.map(open));
      const dead = (await statuses([...live.values()].map(({ secret }) => secret))).filter((status) => status !== 200);
      const alive = (await statuses(revoked)).filter((status) => status !== 401);
      return [
        ...problems,
        ...(dead.length > 0 ? [`${dead.length} tokens that were made don't open anything (${dead.join(', ')})`] : []),
        ...(alive.length > 0 ? [`${alive.length} tokens that were revoked still open something`] : []),
      ];
    },
  };
}

/** Uploads files; each name once. `read` answers what a file holds, null without one. */
export function archivist(
  client: Client,
  random: Random,
  project: string,
  read: (path: string) => string | null,
): Person {
  const problems: string[] = [];
  const files = new Map<string, { content: string; sure: boolean }>();
  let count = 0;
  return {
    name: 'archivist',
    async act() {
      count += 1;
      const name = `storm-${count}.txt`;
      const content = `${name}\n`.repeat(random.between(1, 50_000));
      const outcome = await outcomeOf(() =>
        client.upload('files.upload', { params: { project }, query: { name } }, new Blob([content])),
      );
      mustNotRefuse('uploading a file', outcome, problems);
      if (outcome.kind !== 'refused') files.set(name, { content, sure: outcome.kind === 'done' });
    },
    async compare() {
      const wrong = [...files].flatMap(([name, { content, sure }]) => {
        const is = read(`Resources/${name}`);
        if (is === content || (is === null && !sure)) return [];
        return [
          `${name} has ${is === null ? 'nothing' : `${is.length} characters`}, and not the ${content.length} that were uploaded`,
        ];
      });
      return [...problems, ...wrong];
    },
  };
}

/** Runs a Jupyter server; now and then stops it and starts it again. `processOf` answers the id of its process, null where there is none. */
export function notebookUser(client: Client, random: Random, project: string, processOf: () => number | null): Person {
  const problems: string[] = [];
  const params = { project };
  let wanted = false;
  /** whether its end has been asked for: the answer may be lost, and is asked for again */
  let ending = false;
  let process: number | null = null;
  const state = async () => outcomeOf(() => client.call('jupyter.server', { params }));
  const check = async () => {
    const outcome = await state();
    if (outcome.kind !== 'done' || ending) return;
    if (wanted && process !== null && (outcome.value.state !== 'running' || processOf() !== process)) {
      problems.push(`a server that should run as process ${process} is ${outcome.value.state}, process ${processOf()}`);
      process = null;
    }
    if (wanted && outcome.value.state === 'failed') {
      problems.push(`a server failed: ${outcome.value.problem?.message}`);
      wanted = false;
    }
    if (wanted && process === null && outcome.value.state === 'running') process = processOf();
  };
  return {
    name: 'notebook user',
    async act() {
      if (wanted && !ending && (process === null || random.next() < 0.97)) {
        await check();
        await pause(200);
        return;
      }
      if (wanted) {
        ending = true;
        const outcome = await outcomeOf(() => client.call('jupyter.stop', { params }));
        mustNotRefuse('stopping a server', outcome, problems, 404, 409);
        if (outcome.kind === 'unknown') return;
        wanted = false;
        ending = false;
        process = null;
        return;
      }
      const now = await state();
      if (now.kind !== 'done') return;
      if (now.value.state === 'stopped' || now.value.state === 'failed') {
        const outcome = await outcomeOf(() => client.call('jupyter.start', { params, body: {} }));
        // It may have been started by a request whose answer was lost.
        mustNotRefuse('starting a server', outcome, problems, 409);
        wanted = outcome.kind === 'done';
      } else if (now.value.state === 'running' || now.value.state === 'starting' || now.value.state === 'queued') {
        // By a request of ours whose answer was lost, or not stopped yet.
        wanted = true;
      }
    },
    async compare() {
      await check();
      return problems;
    },
  };
}
