import { lightServers } from './light.fixture.ts';

/** A control plane of its own, to be killed: starts as many servers as it is told, says so once all run, and goes on. */
const [, , folder = '', count = '1'] = process.argv;
const light = await lightServers(folder, { startLimit: Number(count) });
await light.servers.start();
const members = await light.members(Number(count));
for (const whose of members) await light.servers.service.start(whose);
for (const whose of members) await light.reach(whose, 'running');
process.stdout.write(`${JSON.stringify(members)}\n`);
setInterval(() => undefined, 60_000);
