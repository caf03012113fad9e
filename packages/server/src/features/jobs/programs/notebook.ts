import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobType } from '@emberlab/contract';
import { execa } from 'execa';
import { factsOf, type NotebookFacts } from './notebook-facts.ts';

const mostBytes = 64 * 1024 ** 2;
/**
 * JSON that somebody has made for it takes some 100 ms for each MB, and 30 times its room: what is larger is read by a process of its own, which ends when it takes too
 * much. (Threads don't: one without memory ends its process.)
 */
const mostBytesHere = 2 * 1024 ** 2;
const mostMs = 10_000;
const mostMemoryMb = 512;
const program = join(import.meta.dirname, 'notebook.program.ts');
/** Such processes take turns. */
let turn: Promise<unknown> = Promise.resolve();

export async function readNotebook(file: FileHandle): Promise<NotebookFacts> {
  const { size } = await file.stat();
  if (size > mostBytes) return { problem: `It has more than ${mostBytes / 1024 ** 2} MB.` };
  if (size > mostBytesHere) {
    const facts = turn.then(() => readApart(file));
    turn = facts.catch(() => undefined);
    return facts;
  }
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
  return factsOf(buffer.toString('utf8', 0, bytesRead));
}

async function readApart(file: FileHandle): Promise<NotebookFacts> {
  const { failed, stdout } = await execa(process.execPath, [`--max-old-space-size=${mostMemoryMb}`, program], {
    inputFile: `/proc/self/fd/${file.fd}`,
    stderr: 'ignore',
    env: {},
    extendEnv: false,
    timeout: mostMs,
    killSignal: 'SIGKILL',
    reject: false,
  });
  if (!failed) return JSON.parse(stdout) as NotebookFacts;
  return { problem: 'It is too large to be read. Please clear its outputs in Jupyter and save it.' };
}

/** The type of a job for each of our kernels. */
const typesOfKernels: Readonly<Record<string, JobType>> = {
  python3: 'python',
  pysparkkernel: 'pyspark',
  sparkkernel: 'spark',
  sparkrkernel: 'sparkr',
};
export const typeOfKernel = (kernel: string): JobType | null =>
  Object.hasOwn(typesOfKernels, kernel) ? (typesOfKernels[kernel] ?? null) : null;
