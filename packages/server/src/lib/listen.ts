import type { AddressInfo, Server } from 'node:net';

/**
 * Listens on an address and port. Throws an error whose message tells an administrator what is in the way and what to do. `shared`: other processes of ours may
 * listen there too, and the kernel gives each connection to one of them (SO_REUSEPORT in socket(7)).
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  { shared = false }: { shared?: boolean } = {},
): Promise<AddressInfo> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, reusePort: shared }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw new Error(listenProblem(error as NodeJS.ErrnoException, host, port), { cause: error });
  }
  return server.address() as AddressInfo;
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Stop that or choose another with --port.`;
  }
  if (error.code === 'EACCES') {
    return `Port ${port} needs rights that Emberlab doesn't have. Choose one above 1023 with --port.`;
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return `${host} is not an address of this machine. Choose another with EMBERLAB_HOST.`;
  }
  return `Emberlab can't listen on ${host}, port ${port}: ${error.message}.`;
}
