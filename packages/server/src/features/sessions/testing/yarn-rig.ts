import type { Engine, NamedEngine } from '../../../engines/engine.ts';
import { createYarnEngine, type YarnOptions } from '../../../engines/yarn/engine.ts';
import { hadoopHome, type HadoopCluster } from '../../../testing/hadoop-cluster.ts';
import { realSpark } from '../../../testing/real-spark.ts';
import { passOn } from './pass-on.ts';
import { createRealRig, hasSpark, realOptions } from './real-rig.ts';

/** They take minutes, and are a part of their own: `./test clusters`. */
export const withClusters = hasSpark && hadoopHome !== undefined && process.env['EMBERLAB_TEST_CLUSTERS'] === '1';

/** A platform whose one engine is that cluster; the edge's part is played by what passes connections on. */
export async function rigOnYarn(
  cluster: HadoopCluster,
  {
    python,
    sparkrLibrary = null,
    ...changes
  }: Partial<Omit<YarnOptions, 'python'>> & { readonly python?: string; readonly sparkrLibrary?: string | null } = {},
) {
  const stack = new AsyncDisposableStack();
  const front = stack.use(await passOn());
  /** what starts have told that they are at */
  const steps: string[] = [];
  const rig = stack.use(
    await createRealRig({
      ...(python === undefined ? {} : { python }),
      engines: (folder) => {
        front.lead(`${folder}/run/agent.sock`);
        const { engine, facts, capacity, close } = createYarnEngine(
          {
            confDir: cluster.confDir,
            user: 'emberlab',
            kerberos: null,
            helperPython: realSpark?.python ?? '',
            agentUrl: `ws://127.0.0.1:${front.port}`,
            queues: ['default'],
            sparkOnNodes: realOptions(folder).sparkHome,
            archive: null,
            python: null,
            packed: false,
            folder: null,
            ...changes,
          },
          { ...realOptions(folder), sparkrLibrary },
        );
        stack.defer(close);
        const launch: Engine['launch'] = (spec, told) =>
          engine.launch(spec, (step) => {
            steps.push(step.step);
            told?.(step);
          });
        const named: NamedEngine = {
          name: 'hadoop',
          label: 'Hadoop',
          startsAhead: false,
          engine: { ...engine, launch },
          facts,
          capacity,
        };
        return { choose: async () => named, find: () => named };
      },
    }),
  );
  const idOf = async (id: number): Promise<string> => {
    const row = await rig.db.selectFrom('sessions').select('cluster_id').where('id', '=', id).executeTakeFirst();
    return row?.cluster_id ?? '';
  };
  return { rig, idOf, steps, cut: front.cut, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
