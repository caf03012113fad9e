import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';

/**
 * Listens on a Unix socket that nobody else can open. A socket that a killed process left behind is replaced; one that is answered is not, and the
 * error says so in a sentence. The folder has to be private already.
 */
export async function listenOnSocket(server: Server, socketPath: string): Promise<void> {
  try {
    await listen(server, socketPath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (await isAnswered(socketPath)) {
      throw new Error(`Another Emberlab serves ${socketPath}. Stop that or choose another data folder.`, {
        cause: error,
      });
    }
    await rm(socketPath, { force: true });
    await listen(server, socketPath);
  }
  await chmod(socketPath, 0o600);
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: socketPath });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
