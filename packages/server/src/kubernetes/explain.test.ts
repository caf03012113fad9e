import type { V1ContainerState, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import * as explain from './explain.ts';
import { exitOf, isRunning, refusalOf } from './explain.ts';

const server = { noun: 'server', program: 'Jupyter' };
const driver = { noun: 'driver', program: 'The Spark driver' };
const progressOf = (pod: V1Pod) => explain.progressOf(pod, server);
const endOf = (pod: V1Pod | null) => explain.endOf(pod, server);

const podWith = (status: V1PodStatus, memory?: string): V1Pod => ({
  metadata: {},
  spec: {
    containers: [
      { name: 'jupyter', image: 'lab:1', ...(memory === undefined ? {} : { resources: { limits: { memory } } }) },
    ],
  },
  status,
});
const scheduled = { type: 'PodScheduled', status: 'True' };
const containerIn = (state: V1ContainerState, memory?: string): V1Pod =>
  podWith(
    {
      phase: 'Pending',
      conditions: [scheduled],
      containerStatuses: [{ name: 'jupyter', image: '', imageID: '', ready: false, restartCount: 0, state }],
    },
    memory,
  );
const ended = (exitCode: number, more: { reason?: string; message?: string } = {}, memory?: string): V1Pod =>
  containerIn({ terminated: { exitCode, ...more } }, memory);

describe('the start of a Pod', () => {
  it('waits for a place, with the scheduler’s reason', () => {
    expect(progressOf(podWith({ phase: 'Pending' }))).toEqual({ step: 'scheduling', note: null, problem: null });
    const full = { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 Insufficient memory.' };
    expect(progressOf(podWith({ conditions: [full] }))).toEqual({
      step: 'scheduling',
      note: 'The cluster has no place for the server yet: 0/1 nodes are available: 1 Insufficient memory.',
      problem: null,
    });
  });

  it('then for its image and volumes, then for Jupyter', () => {
    expect(progressOf(podWith({ conditions: [scheduled] })).step).toBe('preparing');
    expect(progressOf(containerIn({ waiting: { reason: 'ContainerCreating' } }))).toEqual({
      step: 'preparing',
      note: null,
      problem: null,
    });
    expect(progressOf(containerIn({ running: {} })).step).toBe('answering');
  });

  it('has no hope where an image is missing, and some where a registry does not answer', () => {
    const waiting = (reason: string, message: string) => progressOf(containerIn({ waiting: { reason, message } }));
    expect(waiting('ErrImagePull', 'rpc error: not found').problem).toBe(
      "The image lab:1 can't be pulled. rpc error: not found.",
    );
    expect(waiting('ErrImagePull', 'dial tcp: i/o timeout')).toEqual({
      step: 'preparing',
      note: "The image lab:1 can't be pulled. dial tcp: i/o timeout.",
      problem: null,
    });
    expect(waiting('ErrImageNeverPull', '').problem).toBe('The image lab:1 is not on the node, and may not be pulled.');
    expect(waiting('InvalidImageName', '').problem).toContain('lab:1');
  });
});

describe('the end of a Pod', () => {
  it('is told as that of a process', () => {
    expect(exitOf(containerIn({ running: {} }))).toBeNull();
    expect(exitOf(ended(3))).toEqual({ code: 3, signal: null });
    expect(exitOf(ended(137))).toEqual({ code: null, signal: 'SIGKILL' });
    expect(exitOf(podWith({ phase: 'Failed' }))).toEqual({ code: null, signal: null });
    expect(isRunning(podWith({ phase: 'Pending' }))).toBe(true);
  });

  it('has a reason where the cluster knows one', () => {
    expect(endOf(ended(137, { reason: 'OOMKilled' }, '512Mi'))).toBe(
      'Jupyter was ended because its memory ran out: the limit is 512 MB.',
    );
    expect(endOf(podWith({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' }))).toBe(
      'The cluster ended the server (Evicted): The node was low on memory.',
    );
    const taken = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    };
    expect(explain.endOf(podWith({ phase: 'Running', conditions: [taken] }), driver)).toBe(
      'The cluster ended the driver (DeletionByTaintManager): Taint manager: deleting due to NoExecute taint.',
    );
    expect(explain.endOf(ended(137, { reason: 'OOMKilled' }), driver)).toBe(
      'The Spark driver was ended because its memory ran out.',
    );
    expect(endOf(null)).toContain('deleted');
    expect(endOf(ended(2, { message: 'sh: cannot open start' }))).toBe('The server ended: sh: cannot open start.');
    expect(endOf(ended(1))).toBeNull();
  });
});

it('says what the cluster did not want', () => {
  const refused = (code: number, message: string) =>
    refusalOf(Object.assign(new Error('HTTP'), { code, body: JSON.stringify({ message }) }), {
      namespace: 'notebooks',
      doing: 'start Pods',
      noun: 'server',
    });
  expect(refused(403, 'pods "a" is forbidden: exceeded quota: team, requested: pods=1')).toMatch(
    /^The namespace notebooks has reached its quota/,
  );
  expect(refused(403, 'pods is forbidden: User "x" cannot create')).toMatch(
    /^Emberlab may not start Pods in the namespace notebooks: /,
  );
  expect(refused(404, 'namespaces "notebooks" not found')).toMatch(/^The cluster has no namespace notebooks/);
  expect(refusalOf(new Error('connect ECONNREFUSED'), { namespace: 'n', doing: 'x', noun: 'server' })).toBe(
    'The Kubernetes cluster does not answer: connect ECONNREFUSED.',
  );
});
