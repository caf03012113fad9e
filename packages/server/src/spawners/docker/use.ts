import { groupsOfProcess, type CgroupFolders } from '../local/cgroups.ts';
import { useOf } from '../local/use.ts';
import type { ServerUse } from '../spawner.ts';
import type { DockerApi } from './api.ts';
import { containerName } from './container.ts';

/** What servers take, by the groups that the engine has made for their containers: those are of this machine as well. */
export function createUse(api: Pick<DockerApi, 'find'>) {
  const known = new Map<string, CgroupFolders>();

  async function groupsOf(serverId: string): Promise<CgroupFolders> {
    const before = known.get(serverId);
    if (before !== undefined) return before;
    const container = await api.find(containerName(serverId)).catch(() => null);
    if (container === null || container.pid === 0) return [];
    const groups = groupsOfProcess(container.pid);
    // An engine that counts processes by itself, in a machine of its own say, means another one by this number.
    if (!groups.every((folder) => folder.includes(container.id))) return [];
    if (groups.length > 0) known.set(serverId, groups);
    return groups;
  }

  return {
    async of(servers: readonly { id: string; folder: string }[]): Promise<ReadonlyMap<string, ServerUse>> {
      const found = await Promise.all(servers.map(async (one) => ({ ...one, groups: await groupsOf(one.id) })));
      return useOf(found.filter(({ groups }) => groups.length > 0));
    },
    /** It is gone; another start has a container of its own. */
    forget: (serverId: string): void => void known.delete(serverId),
  };
}
