import { z } from 'zod';
import { sessionMetrics, sessionSample } from '@emberlab/contract';
import type { Question } from './questions.ts';
import { application, cut, type StatementKind, type StatementOutput } from '../model.ts';

/** Text frames of the agent protocol, version 1: see docs/developer/agent-protocol.md. Times are milliseconds since the epoch. */

const statementId = z.number().int().min(0);
const time = z.number().int().min(0);

/** UTF-16 units: an agent sends at most 64 Ki characters at once. */
const maxOutput = 128 * 1024;

const hello = z.object({
  type: z.literal('hello'),
  protocol: z.literal(1),
  sessionId: z.number().int(),
  pid: z.number().int(),
  state: z.enum(['starting', 'idle', 'busy']),
  application: application.nullable(),
  statements: z.array(z.object({ id: statementId, state: z.string() })),
});
export type Hello = z.infer<typeof hello>;

const tasks = z.number().int().min(0);
const runningStage = z.object({
  id: z.number().int().min(0),
  name: cut(200),
  totalTasks: tasks,
  completedTasks: tasks,
  activeTasks: tasks,
  failedTasks: tasks,
});
/** A stage of Spark's that runs for a statement. */
export type RunningStage = Readonly<z.infer<typeof runningStage>>;

const answer = z.object({
  type: z.literal('answer'),
  request: z.number().int(),
  value: z.unknown().optional(),
  error: cut(10_000).optional(),
});

export const agentFrame = z.discriminatedUnion('type', [
  hello,
  z.object({ type: z.literal('ready'), application }),
  z.object({ type: z.literal('failed'), message: cut(10_000), detail: cut(1_000_000).default('') }),
  z.object({ type: z.literal('started'), id: statementId, startedAt: time }),
  z.object({
    type: z.literal('output'),
    id: statementId,
    from: z.number().int().min(0),
    text: z.string().max(maxOutput),
  }),
  z.object({
    type: z.literal('progress'),
    id: statementId,
    progress: z.number().min(0).max(1),
    stages: z.array(runningStage).max(50).default([]),
  }),
  z.object({
    type: z.literal('result'),
    id: statementId,
    state: z.enum(['available', 'cancelled']),
    output: z.unknown().transform(readOutput),
    startedAt: time.nullable().default(0),
    completedAt: time.nullable().default(0),
  }),
  sessionMetrics.extend({ type: z.literal('metrics') }),
  sessionSample.extend({ type: z.literal('sample') }),
  answer,
  z.object({ type: z.literal('bye'), reason: z.string() }),
]);
export type AgentFrame = z.infer<typeof agentFrame>;
/** What means something for the session: all but the first frame, and what the connection deals with itself. */
export type SessionFrame = Exclude<AgentFrame, Hello | z.infer<typeof answer>>;

export type ControlFrame =
  | { type: 'run'; id: number; code: string; kind: StatementKind }
  | { type: 'cancel'; id: number }
  | { type: 'ack'; id: number }
  | ({ type: 'ask'; request: number } & Question)
  | { type: 'stop' };

const okOutput = z.object({
  status: z.literal('ok'),
  execution_count: z.number().int(),
  data: z.record(z.string(), z.unknown()),
});
const errorOutput = z.object({
  status: z.literal('error'),
  execution_count: z.number().int(),
  ename: z.string(),
  evalue: z.string(),
  traceback: z.array(z.string()),
});
const output = z.discriminatedUnion('status', [okOutput, errorOutput]);

/**
 * An output as clients may be given it. One that is malformed becomes an error instead of being refused: the agent would send it again for ever,
 * and the client wait for ever.
 */
function readOutput(raw: unknown): StatementOutput | null {
  if (raw === null || raw === undefined) return null;
  const parsed = output.safeParse(raw);
  if (parsed.success) return parsed.data;
  return {
    status: 'error',
    execution_count: 0,
    ename: 'InvalidOutput',
    evalue: 'The driver sent an output that cannot be read.',
    traceback: [],
  };
}
