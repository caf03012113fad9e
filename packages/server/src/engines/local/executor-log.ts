import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { oneUser } from '../../identities/one-user.ts';
import { EngineError, type ExecutorLogQuestion } from '../engine.ts';
import { agentFolder, pathOf, type SubmitOptions } from './submit.ts';

const program = join(agentFolder, 'executor_log.py');
/** It gives up by itself before. */
const longestMs = 20_000;
/** 512 KiB of text at most, in which each byte may have become six of JSON. */
const mostAnswer = 4 * 1024 * 1024;

const failed = (cause?: unknown): EngineError =>
  new EngineError('The log of the executor could not be asked for. Please try again.', { cause });

/** Reads a piece of an executor's log by a process of its member's, which asks the worker. */
export async function readExecutorLog(
  options: SubmitOptions,
  { owner, projectFolder, python, ...question }: ExecutorLogQuestion,
): Promise<unknown> {
  const identity = await (options.identities ?? oneUser()).of(owner, projectFolder);
  const { file, args, env, input } = identity.command(
    {
      file: python,
      args: ['-I', program, JSON.stringify(question)],
      env: { PATH: pathOf(options), LANG: 'C.UTF-8' },
    },
    { cwd: projectFolder },
  );
  const child = spawn(file, args, {
    cwd: '/',
    env,
    timeout: longestMs,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'ignore', ...(input === null ? [] : (['pipe'] as const))],
  });
  const plan = child.stdio[3];
  if (plan instanceof Writable) {
    // One that has ended meanwhile tells so by its exit.
    plan.on('error', () => undefined);
    plan.end(input);
  }
  const pieces: Buffer[] = [];
  let size = 0;
  child.stdout?.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size > mostAnswer) child.kill('SIGKILL');
    else pieces.push(piece);
  });
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw failed(error);
  })) as [number | null];
  const answer = code === 0 ? parse(Buffer.concat(pieces).toString('utf8')) : null;
  if (answer === null) throw failed();
  if ('error' in answer) throw new EngineError(String(answer.error).slice(0, 1000));
  return answer;
}

function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
