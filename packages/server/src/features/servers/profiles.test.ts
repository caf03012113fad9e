import { defaultConfiguration, defaultPythonConfiguration } from '@emberlab/contract';
import { expect, it } from 'vitest';
import { testProfile } from '../../testing/profiles.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

const large = testProfile({
  name: 'large',
  label: 'Large',
  gives: { memoryMb: 8192, cores: 4 },
  most: { memoryMb: 16_384, cores: 8 },
});

it('runs in what its configuration names, with what that gives, and shows it', async () => {
  await using fixture = await serversFixture();
  fixture.profiles.push(testProfile(), large);
  const servers = fixture.instance();
  await servers.start();
  await startUp(fixture, servers, { ...defaultConfiguration, profile: 'large' });
  expect(fixture.processes[0]?.spec).toMatchObject({ profile: 'large', limits: { memoryMb: 8192, cores: 4 } });
  const shown = await servers.service.get(fixture.whose);
  expect(shown).toMatchObject({ profile: { name: 'large', label: 'Large' }, limits: { memoryMb: 8192, cores: 4 } });
  expect(shown.limits).not.toHaveProperty('profile');
  expect(await servers.running.running()).toMatchObject([{ kind: 'server', profile: 'Large' }]);
  expect(await servers.limited.taken()).toMatchObject([{ memoryBytes: 8 * 1024 ** 3, cores: 4 }]);
});

it('runs in the first one where its configuration names none, and that asks for what it likes within it', async () => {
  await using fixture = await serversFixture();
  fixture.profiles.push(large, testProfile());
  const servers = fixture.instance();
  await servers.start();
  await startUp(fixture, servers, { ...defaultPythonConfiguration, memoryMb: 12_288, cores: 8 });
  expect(fixture.processes[0]?.spec).toMatchObject({ profile: 'large', limits: { memoryMb: 12_288, cores: 8 } });
});

it('has none where there are none', async () => {
  await using fixture = await serversFixture();
  const servers = fixture.instance();
  await servers.start();
  await startUp(fixture, servers);
  expect(fixture.processes[0]?.spec.profile).toBeNull();
  expect((await servers.service.get(fixture.whose)).profile).toBeNull();
});

it('is not started with one that is gone, and what was saved stays as it is', async () => {
  await using fixture = await serversFixture();
  fixture.profiles.push(testProfile(), large);
  const servers = fixture.instance();
  await servers.start();
  const saved = { ...defaultConfiguration, profile: 'large', driverCores: 3, properties: 'spark.a=b' };
  await startUp(fixture, servers, saved);
  await servers.service.stop(fixture.whose);
  await reach(fixture, servers, 'stopped');
  fixture.profiles.pop();
  await expect(servers.service.start(fixture.whose)).rejects.toThrow(
    'There is no profile large for this project any more. Please choose one of these: Small.',
  );
  expect(fixture.processes).toHaveLength(1);
  expect(await servers.service.get(fixture.whose)).toMatchObject({ state: 'stopped', configuration: saved });
  fixture.profiles.push(large);
  expect((await servers.service.start(fixture.whose)).configuration).toEqual(saved);
});

it('says so where its profile goes while it waits for its turn', async () => {
  await using fixture = await serversFixture();
  fixture.profiles.push(testProfile(), large);
  fixture.environment.ready = false;
  const servers = fixture.instance();
  await servers.start();
  await servers.service.start(fixture.whose, { ...defaultConfiguration, profile: 'large' });
  fixture.profiles.pop();
  fixture.environment.ready = true;
  servers.wake();
  await reach(fixture, servers, 'failed');
  expect((await servers.service.get(fixture.whose)).problem?.message).toContain('There is no profile large');
  expect(fixture.processes).toEqual([]);
});
