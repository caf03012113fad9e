import { formatMegabytes } from '@emberlab/contract';
import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { constants } from 'node:os';

/** What a Pod runs, as sentences name it. */
export type Subject = {
  /** a server or a driver: “the …” */
  readonly noun: string;
  /** at the beginning of a sentence */
  readonly program: string;
  /** how sentences begin that speak of its image; default: by its name */
  readonly image?: string;
};

export type PodExit = { readonly code: number | null; readonly signal: string | null };

/** How far the start of a Pod is. */
export type PodProgress = {
  readonly step: 'scheduling' | 'preparing' | 'answering';
  /** what it waits for, a sentence; null: nothing to say */
  readonly note: string | null;
  /** why nothing can come of it, a sentence; null: it goes on */
  readonly problem: string | null;
};

const sentence = (text: string): string => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);

const stateOf = (pod: V1Pod): V1ContainerState | undefined => pod.status?.containerStatuses?.[0]?.state;

/** Whether what a Pod runs may still go on. */
export function isRunning(pod: V1Pod): boolean {
  const phase = pod.status?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed' && stateOf(pod)?.terminated === undefined;
}

/** How what a Pod runs ended; null: it has not. */
export function exitOf(pod: V1Pod): PodExit | null {
  if (isRunning(pod)) return null;
  const code = stateOf(pod)?.terminated?.exitCode;
  if (code === undefined) return { code: null, signal: null };
  // A container runtime tells signals as shells do.
  const signal = Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
  return signal === undefined ? { code, signal: null } : { code: null, signal };
}

/** What a container waits for that nothing will bring; `image`: how sentences begin that speak of it. */
const hopeless: Readonly<Record<string, (image: string) => string>> = {
  ErrImageNeverPull: (image) => `${image} is not on the node, and may not be pulled.`,
  InvalidImageName: (image) => `${image} has no name that images can have.`,
  CreateContainerConfigError: () => "The Pod's container can't be made.",
  CreateContainerError: () => "The Pod's container can't be made.",
  RunContainerError: () => "The Pod's container can't be started.",
};

/** What registries say of an image that is not there, or not for us. */
const noSuchImage = /not found|does not exist|manifest unknown|unauthorized|denied|no basic auth/i;

/** How far the start of a Pod is. */
export function progressOf(pod: V1Pod, { noun, image: named }: Subject): PodProgress {
  const image = named ?? `The image ${pod.spec?.containers[0]?.image ?? ''}`;
  const waiting = stateOf(pod)?.waiting;
  const scheduled = pod.status?.conditions?.find((one) => one.type === 'PodScheduled');
  if (scheduled?.status !== 'True') {
    const why = scheduled?.message;
    const note = why === undefined ? null : `The cluster has no place for the ${noun} yet: ${sentence(why)}`;
    return { step: 'scheduling', note, problem: null };
  }
  if (stateOf(pod)?.running !== undefined) return { step: 'answering', note: null, problem: null };
  const { reason = '', message = '' } = waiting ?? {};
  const said = message === '' ? '' : ` ${sentence(message)}`;
  const end = hopeless[reason];
  if (end !== undefined) return { step: 'preparing', note: null, problem: `${end(image)}${said}` };
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff') {
    const note = `${image} can't be pulled.${said}`;
    return { step: 'preparing', note, problem: noSuchImage.test(message) ? note : null };
  }
  return { step: 'preparing', note: null, problem: null };
}

/** Why what a Pod ran ended, where the cluster knows more than its process; null: it does not. */
export function endOf(pod: V1Pod | null, { noun, program }: Subject): string | null {
  const deleted = `The Pod of the ${noun} was deleted, and not by Emberlab.`;
  if (pod === null) return deleted;
  const terminated = stateOf(pod)?.terminated;
  const { reason, message } = pod.status ?? {};
  if (terminated?.reason === 'OOMKilled') {
    const limit = /^(\d+)Mi$/.exec(pod.spec?.containers[0]?.resources?.limits?.['memory'] ?? '')?.[1];
    const which = limit === undefined ? '' : `: the limit is ${formatMegabytes(Number(limit))}`;
    return `${program} was ended because its memory ran out${which}.`;
  }
  const said = (why: string, text: string | undefined) =>
    `The cluster ended the ${noun} (${why})${text === undefined || text === '' ? '.' : `: ${sentence(text)}`}`;
  if (reason !== undefined) return said(reason, message);
  // Its node is away, or others went before it.
  const taken = pod.status?.conditions?.find((one) => one.type === 'DisruptionTarget' && one.status === 'True');
  if (taken !== undefined) return said(taken.reason ?? taken.type, taken.message);
  if (pod.metadata?.deletionTimestamp !== undefined) return deleted;
  // Before the script has opened the log, what went wrong is said nowhere else.
  const output = terminated?.exitCode === 0 ? undefined : terminated?.message;
  return output === undefined || output.trim() === ''
    ? null
    : `The ${noun} ended: ${sentence(output.trim().slice(-300))}`;
}

type Refusal = { readonly code?: number; readonly body?: unknown; readonly message?: string };

/** What the API server says of a request that it didn't take. */
function messageOf({ body, message = '' }: Refusal): string {
  try {
    const status: unknown = typeof body === 'string' ? JSON.parse(body) : body;
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message);
  } catch {
    // then it wasn't the API server that answered
  }
  return message.split('\n')[0] ?? '';
}

/** A sentence about a request that the cluster did not carry out. */
export function refusalOf(
  error: unknown,
  { namespace, doing, noun }: { namespace: string; doing: string; noun: string },
): string {
  const refusal = (error instanceof Error ? error : {}) as Refusal;
  const said = sentence(messageOf(refusal));
  if (refusal.code === undefined) return `The Kubernetes cluster does not answer: ${said}`;
  if (refusal.code === 403 && /exceeded quota/.test(said)) {
    return `The namespace ${namespace} has reached its quota, so there is no room for the ${noun}: ${said}`;
  }
  if (refusal.code === 401) return 'The Kubernetes cluster does not accept the credentials of Emberlab.';
  if (refusal.code === 403) return `Emberlab may not ${doing} in the namespace ${namespace}: ${said}`;
  if (refusal.code === 404) return `The cluster has no namespace ${namespace}: ${said}`;
  return `The Kubernetes cluster refused to ${doing} in the namespace ${namespace}: ${said}`;
}
