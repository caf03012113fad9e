import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '../../lib/ids.ts';
import { SpawnError, type ServerOwner, type SpawnedServer } from '../../spawners/spawner.ts';
import type { ServersDeps } from './deps.ts';
import { gatewayOrigin, launchSpec } from './launch-spec.ts';
import { limitsOf } from './limits.ts';
import type { ServerRecord, ServerStore } from './store.ts';

/** A server as spawners know it. */
export const ownerOf = (record: ServerRecord): ServerOwner => ({
  serverId: record.id,
  projectId: record.projectId,
  userId: record.userId,
});

/** Starts the process of a server with a Python, as its row says. Throws a `SpawnError` with a sentence for its member. */
export function createSpawn(
  deps: ServersDeps & { store: Pick<ServerStore, 'patch'> },
): (record: ServerRecord, python: string) => Promise<SpawnedServer> {
  const { store, spawner, config } = deps;
  return async (record, python) => {
    const { projectId, configuration } = record;
    const owner = ownerOf(record);
    const projectName = await deps.projects.nameOf(projectId);
    if (projectName === null) throw new SpawnError('The project is gone.');
    const projectFolder = deps.projects.folderOf(projectName);
    await prepareProject(projectFolder);
    // One that a broken start has left behind opens nothing any more.
    await deps.tokens.revokeForServer(record.id);
    const { profile, problem } = await deps.profiles.choose(projectId, configuration);
    if (problem !== null) throw new SpawnError(problem);
    const wanted = limitsOf(configuration, profile?.gives ?? config.serverLimits);
    const limits = {
      ...wanted,
      by: spawner.limitedBy(wanted),
      ...(profile === null ? {} : { profile: { name: profile.name, label: profile.label } }),
    };
    // Before it starts: a control plane that finds it running has to know.
    await store.patch(record.id, { limits });
    const places = spawner.places(owner);
    const spec = launchSpec({
      owner,
      limits,
      places,
      configuration,
      projectName,
      projectFolder,
      python,
      gatewayOrigin: places.gateway ?? gatewayOrigin(config),
      origin: config.appsOrigin.replace('{id}', record.id),
      proxySecret: newSecret('ember_proxy'),
      gatewayToken:
        configuration.type === 'spark' || deps.remoteFiles === true ? await deps.tokens.issueForServer(owner) : null,
      sessionStartTimeoutMs: config.sessionStartTimeoutMs,
      hasSparkR: configuration.type === 'spark' && (await deps.hasSparkR()),
      labExtensions: deps.labExtensions,
      remoteFiles: deps.remoteFiles === true,
      platformEnv: deps.platformEnv,
    });
    return spawner.start({ ...spec, profile: profile?.name ?? null });
  };
}

/** Jupyter opens in this folder, and does not start without it. */
async function prepareProject(projectFolder: string): Promise<void> {
  try {
    await mkdir(join(projectFolder, 'Jupyter'), { mode: 0o770 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') throw new SpawnError('The folder of the project is not there any more.', { cause: error });
    if (code === 'EACCES' || code === 'EROFS') {
      throw new SpawnError('Emberlab may not write to the folder of the project. Please check its owner and mode.', {
        cause: error,
      });
    }
    if (code !== 'EEXIST') throw error;
  }
}
