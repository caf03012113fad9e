import { constants } from 'node:os';
import { formatMegabytes } from '@emberlab/contract';
import type { ServerExit } from '../spawner.ts';
import { DockerError, type Container } from './api.ts';
import type { DockerOptions } from './settings.ts';

const sentence = (text: string): string => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);

/** Whether a container in this state still runs. */
export const isRunning = ({ state }: { readonly state: string }): boolean =>
  ['running', 'paused', 'restarting'].includes(state);

/** How a container's server ended; an init tells signals as shells do. */
export function exitOf({ exitCode }: Pick<Container, 'exitCode'>): ServerExit {
  const signal = Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number)?.[0];
  return signal === undefined ? { code: exitCode, signal: null } : { code: null, signal };
}

/** What a server runs in: `socket`: of the engine · `image`: how sentences begin that speak of it. */
type Said = Pick<DockerOptions, 'socket'> & { readonly image: string };

const noShell = (image: string): string => `${image} has no /bin/sh, with which a server begins.`;

/** Why a container's server ended, where the engine knows more than its process; null: it does not. `output`: what it wrote outside its log; `image`: how sentences begin that speak of that. */
export function endOf(container: Container | null, output: string, image: string): string | null {
  if (container === null) return 'The container of the server was removed, and not by Emberlab.';
  // The engine counts each process that the kernel has ended; here the server itself was one.
  if (container.memoryRanOut && exitOf(container).signal === 'SIGKILL') {
    const { memory } = container;
    const which = memory === 0 ? '' : `: the limit is ${formatMegabytes(Math.round(memory / 1024 ** 2))}`;
    return `Jupyter was ended because its memory ran out${which}.`;
  }
  if (container.error !== '') return `The Docker engine could not start the container: ${sentence(container.error)}`;
  if (container.exitCode === 0 || output.trim() === '') return null;
  if (/exec \/bin\/sh failed/.test(output)) return noShell(image);
  // Before the script has opened the log, what went wrong is said nowhere else.
  return `The server ended: ${sentence(output.trim().slice(-300))}`;
}

/** What registries say of an image that is not there, or not for us. */
const noSuchImage = /not found|does not exist|manifest unknown|unauthorized|denied|no basic auth/i;

/** A sentence about an image that could not be fetched. */
export function notFetched(error: unknown, { image, socket }: Said): string {
  if (!(error instanceof DockerError) || error.status === null) return refusalOf(error, { image, socket });
  const remedy = noSuchImage.test(error.message) ? ' Please check the name, or fetch it with docker pull.' : '';
  return `${image} can't be fetched: ${sentence(error.message)}${remedy}`;
}

export const notThere = (image: string): string => `${image} is not on this machine, and the setting pull is off.`;

/** A sentence about what the engine did not do. */
export function refusalOf(error: unknown, { image, socket }: Said): string {
  const said = sentence(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  if (!(error instanceof DockerError)) return `The container could not be started: ${said}`;
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return `Emberlab may not use the socket of the Docker engine, ${socket}. Please put its user into the group of that socket, and start Emberlab again.`;
  }
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
    return `The Docker engine does not run: nothing answers at ${socket}. Please start it.`;
  }
  if (error.status === null) return `The Docker engine does not answer: ${said}`;
  if (/no space left on device/i.test(said)) return 'The disk of the Docker engine is full. Please free some space.';
  if (/no such image/i.test(said)) return `${image} is not on this machine any more.`;
  return `The Docker engine refused to start the container: ${said}`;
}
