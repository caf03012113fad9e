import { chmod, rm } from 'node:fs/promises';
import { connect, Server } from 'node:net';

/**
 * Listens on a Unix socket with this mode: by default nobody else can open it. `listen` is a server, or a function that makes one listen there. A
 * socket that a killed process left behind is replaced; one that is answered is not, and the error says so in a sentence. The folder has to exist.
 */
export async function listenOnSocket(
  listen: Server | ((path: string) => Promise<unknown>),
  path: string,
  mode = 0o600,
): Promise<void> {
  const begin = listen instanceof Server ? () => startServer(listen, path) : () => listen(path);
  try {
    await begin();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (await isAnswered(path)) {
      throw new Error(`Another Emberlab serves ${path}. Stop that or choose another data folder.`, { cause: error });
    }
    await rm(path, { force: true });
    await begin();
  }
  await chmod(path, mode);
}

function startServer(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Linux says EAGAIN where somebody listens who is behind with accepting.
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAGAIN'));
  });
}
