import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { identify, type ProcessIdentity } from '../../lib/process.ts';
import type { BatchBehaviour, BatchesUnderTest } from '../batches.contract.ts';
import type { BatchSpec } from '../engine.ts';
import { sessionMembers } from '../local/processes.ts';
import { podsUnderTest, type dataFolder, type PodsOfMachine } from './engine.fixture.ts';
import { filesOf } from './files.ts';

/** Stands in for spark-submit: does what the properties say, and writes down what it was started with, without the words that are the platform's. */
export const fakeBatchSubmit = `#!/bin/bash
behaviour=$(sed -n 's/^spark.test.behaviour=//p' "$2")
folder=$(dirname "$2")
echo out; echo err >&2
printf '%s\\0' "\${@:7}" >"$folder/arguments"
env >"$folder/environment"
case "$behaviour" in
  exit) exit 3 ;;
  crash) kill -KILL $$ ;;
  stray) setsid sleep 3600 & ;;
  stubborn) trap '' TERM; sleep 3600 & ;;
esac
touch "$folder/ready"
while :; do sleep 3600 & wait $!; done
`;

/** An engine whose programs' Pods are processes of this machine, with that script for a Spark. */
export function batchesUnderTest(
  data: Awaited<ReturnType<typeof dataFolder>>,
  cluster: PodsOfMachine,
  settings: Parameters<typeof podsUnderTest>[2],
) {
  const under = podsUnderTest(data, cluster, settings);
  const { engine, dataDir } = under;
  const filesOfBatch = ({ batchId }: Pick<BatchSpec, 'batchId'>) => filesOf(join(dataDir, 'batches'), batchId);
  const read = (spec: BatchSpec, name: string) => readFile(join(filesOfBatch(spec).folder, name), 'utf8');
  const seen = new Map<number, ProcessIdentity>();
  const pids = async (spec: BatchSpec): Promise<number[]> => {
    const word = await readFile(filesOfBatch(spec).handle, 'utf8').catch(() => '');
    const pid = cluster.pidOf(word.trim().split('/')[1] ?? '');
    const now = pid === null ? null : identify(pid);
    if (now !== null) seen.set(spec.batchId, now);
    const first = now ?? seen.get(spec.batchId);
    return first === undefined ? [] : [...(now === null ? [] : [now.pid]), ...sessionMembers(first)];
  };
  const launched: BatchSpec[] = [];
  return {
    ...under,
    read,
    spec(behaviour: BatchBehaviour, properties: Record<string, string> = {}): BatchSpec {
      const spec: BatchSpec = {
        batchId: launched.length + 1,
        owner: { projectId: 'project1', userId: 'user1' },
        appName: 'nightly čaša',
        projectFolder: data.projectFolder,
        python: '/bin/sh',
        file: join(data.projectFolder, 'my job.py'),
        className: null,
        args: ['x'],
        properties: { 'spark.test.behaviour': behaviour, ...properties },
      };
      launched.push(spec);
      return spec;
    },
    async settled(spec: BatchSpec) {
      await expect.poll(() => readdir(filesOfBatch(spec).folder)).toContain('ready');
    },
    command: async (spec: BatchSpec) => (await read(spec, 'arguments')).split('\0').slice(0, -1),
    async visible(spec: BatchSpec) {
      const texts = await Promise.all(
        (await pids(spec)).flatMap((pid) =>
          ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
        ),
      );
      return texts.join('\n') + (await cluster.manifests());
    },
    processes: async (spec: BatchSpec) => (await pids(spec)).length,
    async [Symbol.asyncDispose]() {
      for (const { batchId } of launched) {
        const handle = await engine.batches.find(batchId).catch(() => null);
        if (handle !== null) await engine.kill(handle);
      }
      await under[Symbol.asyncDispose]();
    },
  } satisfies BatchesUnderTest & Record<string, unknown>;
}
