import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { createTestNamespace } from '../../testing/kubernetes-namespace.ts';
import { hasNode, sparkImageName, startNode, type TestKubernetes } from '../../testing/minikubernetes.ts';
import { batchesContract } from '../batches.contract.ts';
import type { BatchSpec } from '../engine.ts';
import { batchesUnderTest, fakeBatchSubmit } from './batches.fixture.ts';
import { dataFolder } from './engine.fixture.ts';
import { filesOf } from './files.ts';

/** The processes of a container whose first one has a file of this folder among its arguments, as this machine sees them. */
function processesOf(folder: string): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const read = <T>(get: () => T): T | null => {
    try {
      return get();
    } catch {
      return null;
    }
  };
  const spaceOf = (pid: string) => read(() => readlinkSync(`/proc/${pid}/ns/pid`));
  const own = readlinkSync('/proc/self/ns/pid');
  const inPod = all.filter((pid) => spaceOf(pid) !== own);
  const first = inPod.find((pid) => read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.includes(`${folder}/`));
  const space = first === undefined ? null : spaceOf(first);
  return space === null ? [] : inPod.filter((pid) => spaceOf(pid) === space).map(Number);
}

/** They take minutes and root, and are a part of their own: `./test clusters`. What programs do is a script's; their Pods are true ones. */
describe.skipIf(!hasNode)('programs in Pods that truly run', { timeout: 120_000 }, () => {
  let cluster: TestKubernetes;
  beforeAll(async () => {
    cluster = await startNode();
  }, 300_000);
  afterAll(async () => cluster[Symbol.asyncDispose](), 60_000);

  batchesContract(
    'kubernetes',
    async () => {
      // Of the data folder a Pod sees that of its project.
      const data = await dataFolder(fakeBatchSubmit, 'projects/demo/spark');
      const space = await createTestNamespace(cluster.kubeconfig, data.dataDir);
      const { namespace } = space;
      const manifests = async () => JSON.stringify(await space.pods());
      const under = batchesUnderTest(
        data,
        { pidOf: () => null, manifests },
        { namespace, kubeconfig: cluster.kubeconfig, image: sparkImageName },
      );
      return {
        ...under,
        endsStrays: true,
        processes: async ({ batchId }: BatchSpec) =>
          processesOf(filesOf(`${data.dataDir}/batches`, batchId).folder).length,
        async [Symbol.asyncDispose]() {
          await under[Symbol.asyncDispose]();
          await space[Symbol.asyncDispose]();
        },
      };
    },
    { timeout: 60_000 },
  );
});
