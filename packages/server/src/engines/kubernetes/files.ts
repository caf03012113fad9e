import { join } from 'node:path';
import { executorLogsFolder } from '../executor-files.ts';

/** What is kept of a driver in the folder of its session or batch, which its Pod finds at the same paths; `all`: that of all of these. */
export function filesOf(all: string, id: number) {
  const folder = join(all, String(id));
  const program = join(folder, 'program');
  const executors = join(folder, 'executors');
  return {
    folder,
    stdout: join(folder, 'stdout.log'),
    stderr: join(folder, 'stderr.log'),
    properties: join(folder, 'spark.properties'),
    /** what the Pod begins with */
    script: join(folder, 'start'),
    /** which Pod it is, before there is one */
    pod: join(folder, 'kubernetes-pod'),
    /** of a batch: its Pod once that has been there, and how it ended */
    handle: join(folder, 'kubernetes-handle'),
    exit: join(folder, 'kubernetes-exit'),
    /** the driver's own, since the agent removes its settings once it has read them */
    scratch: join(folder, 'scratch'),
    agent: join(folder, 'scratch', 'agent.json'),
    eventLogs: join(folder, 'events'),
    program,
    agentPackage: join(program, 'emberlab_driver'),
    agentProgram: join(program, 'emberlab_session.py'),
    template: join(folder, 'executor.json'),
    /** what executors see of it */
    executors,
    secret: join(executors, 'secret'),
    /** where they write their logs */
    executorLogs: join(folder, executorLogsFolder),
  };
}

export type Files = ReturnType<typeof filesOf>;

/** A Pod of a driver, for good: its uid names no other again. */
export type PodHandle = { readonly namespace: string; readonly name: string; readonly uid: string };

export const clusterIdOf = ({ namespace, name, uid }: PodHandle): string => `${namespace}/${name}/${uid}`;

/** null: it is none of a Pod. */
export function podHandleOf(clusterId: string): PodHandle | null {
  const [namespace, name, uid, ...rest] = clusterId.split('/');
  return namespace === undefined || name === undefined || uid === undefined || rest.length > 0
    ? null
    : { namespace, name, uid };
}
