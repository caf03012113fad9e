import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { openSqlite } from '../db/sqlite/open.ts';
import { systemClock } from '../lib/clock.ts';
import { claimDataFolder } from '../supervise/claim.ts';
import { makeCertificate } from '../testing/certificate.ts';
import { seedUser } from '../testing/database.ts';
import { DockerError } from '../spawners/docker/api.ts';
import { testSettings } from '../spawners/docker/settings.fixture.ts';
import { testProfile } from '../testing/profiles.ts';
import { checkImages } from './checks/images.ts';
import { checkDisk, checkPermissions } from './checks/data.ts';
import { checkDatabase } from './checks/database.ts';
import { checkCgroups, checkMemory, checkNode, checkOpenFiles } from './checks/machine.ts';
import { checkCertificate, checkListening, checkOrigins } from './checks/network.ts';
import { checkJava, checkPython, checkSpark } from './checks/programs.ts';
import { examine, examineRunning } from './doctor.ts';
import type { Finding } from './finding.ts';

describe('the doctor', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'emberlab-doctor-'));
  });
  afterEach(() => rmSync(data, { recursive: true }));
  const config = (env: Record<string, string> = {}) => readConfig({ EMBERLAB_DATA: data, ...env });
  const open = async () => {
    const db = openSqlite(config().paths.database);
    await migrate(db);
    return db;
  };

  it('asks the Docker engine for the images of Jupyter servers', async () => {
    const has = (images: string[]) => () => ({ hasImage: async (image: string) => images.includes(image) });
    const docker = testSettings();
    const profiles = [testProfile(), testProfile({ name: 'large', label: 'Large', image: 'server:2' })];
    expect(await checkImages({ docker: null, profiles }, has([]))).toEqual([]);
    expect(await checkImages({ docker, profiles: [] }, has(['server:1']))).toMatchObject([{ state: 'ok' }]);
    expect(await checkImages({ docker, profiles }, has(['server:1', 'server:2']))).toMatchObject([{ state: 'ok' }]);
    expect(await checkImages({ docker, profiles }, has(['server:1']))).toMatchObject([
      {
        state: 'warning',
        text: expect.stringContaining('The image of the profile “Large”, server:2, is not on this machine') as string,
        todo: 'Please run: docker pull server:2',
      },
    ]);
    const kept = await checkImages({ docker: { ...docker, pull: false }, profiles }, has([]));
    expect(kept.map(({ state }) => state)).toEqual(['problem', 'problem']);
    const away = () => ({
      hasImage: async () => {
        throw new DockerError('connect ENOENT', { status: null, code: 'ENOENT' });
      },
    });
    expect(await checkImages({ docker, profiles }, away)).toMatchObject([
      { state: 'problem', text: expect.stringContaining('The Docker engine does not run') as string },
    ]);
  });

  it('says to each finding but good ones what to do, and changes nothing', async () => {
    const findings: Finding[] = [];
    for await (const finding of examine(config({ EMBERLAB_PORT: '1' }), systemClock)) findings.push(finding);
    expect(findings.length).toBeGreaterThan(10);
    for (const { state, text, todo = '' } of findings) {
      expect(text).toMatch(/\.$/);
      expect([state, state === 'ok' ? todo === '' : /[A-Z].{10,}/.test(todo)]).toEqual([state, true]);
    }
  });

  it('looks at a platform that runs too, with what to do about each finding', async () => {
    const found = new Map<string, Finding>();
    for await (const finding of examineRunning(config({ EMBERLAB_PORT: '1' }), systemClock)) {
      found.set(finding.about, finding);
    }
    for (const about of ['Disk', 'Spark', 'Java', 'Python', 'Port', 'Permissions']) expect(found.has(about)).toBe(true);
    expect(found.get('Spark')).toMatchObject({ state: 'problem', todo: expect.stringContaining('./start') as string });
    expect(found.get('Port')).toMatchObject({ state: 'problem', text: 'Nobody answers for Emberlab at port 1.' });
    for (const { state, todo = '' } of found.values()) expect(todo === '').toBe(state === 'ok');
  });

  it('is told of a folder that is not there', async () => {
    const findings: Finding[] = [];
    for await (const each of examine(config({ EMBERLAB_DATA: join(data, 'absent') }), systemClock)) findings.push(each);
    expect(findings[1]).toMatchObject({ state: 'problem', text: `There is no data folder ${join(data, 'absent')}.` });
  });

  it('finds a sound database, one that is damaged, one of the future, and a clock that is behind', async () => {
    expect(await checkDatabase(config(), 0)).toMatchObject([{ state: 'warning', text: 'There is no database yet.' }]);
    const db = await open();
    const userId = await seedUser(db);
    await db
      .insertInto('logins')
      .values({ digest: 'a', user_id: userId, created_at: 0, last_seen_at: 1_000_000_000, expires_at: 0 })
      .execute();
    expect(await checkDatabase(config(), 1_000_000_000)).toMatchObject([
      { state: 'ok' },
      { state: 'ok', about: 'Clock' },
    ]);
    expect(await checkDatabase(config(), 500_000_000)).toMatchObject([
      { state: 'ok' },
      { state: 'problem', about: 'Clock' },
    ]);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '')`.execute(db);
    expect(await checkDatabase(config(), 0)).toMatchObject([
      { state: 'problem', text: expect.stringContaining('newer') as string },
    ]);
    await db.destroy();
    writeFileSync(config().paths.database, 'x'.repeat(10_000));
    expect(await checkDatabase(config(), 0)).toMatchObject([
      { state: 'problem', todo: expect.stringContaining('restore') as string },
    ]);
  });

  it('finds secrets that others can read', async () => {
    await (await open()).destroy();
    expect(await checkPermissions(config())).toMatchObject({ state: 'ok' });
    writeFileSync(config().paths.secretsKey, 'key');
    chmodSync(config().paths.secretsKey, 0o644);
    expect(await checkPermissions(config())).toMatchObject({
      state: 'problem',
      todo: `Please run: chmod 600 ${config().paths.secretsKey}`,
    });
    chmodSync(config().paths.secretsKey, 0o600);
    chmodSync(data, 0o755);
    expect(await checkPermissions(config())).toMatchObject({ state: 'warning' });
  });

  it('tells how much room there is', async () => {
    expect((await checkDisk(config())).text).toMatch(/^\d+\.\d GB are free in /);
  });

  it('knows whether the port is free, ours or taken', async () => {
    const server = createServer((request, response) => response.end(request.url === '/healthz' ? answer : 'x'));
    let answer = '{"status":"ok"}';
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const at = config({ EMBERLAB_PORT: String(port) });
    expect(await checkListening(at)).toMatchObject({ state: 'ok', text: `Emberlab serves at port ${port}.` });
    answer = 'something else';
    expect(await checkListening(at)).toEqual({
      about: 'Port',
      state: 'problem',
      text: `Port ${port} is taken by another program.`,
      todo: 'Stop that or choose another with --port.',
    });
    server.close();
    await once(server, 'close');
    expect(await checkListening(at)).toMatchObject({ state: 'ok', text: `Port ${port} is free.` });
  });

  it('knows at which port the Emberlab of this data folder runs, also where the settings say another', async () => {
    const release = await claimDataFolder(config({ EMBERLAB_PORT: '18099' }));
    expect(await checkListening(config({ EMBERLAB_PORT: '18098' }))).toEqual({
      about: 'Port',
      state: 'ok',
      text: 'Emberlab runs with this data folder at port 18099, as it was started; the settings say 18098.',
    });
    await release();
    expect((await checkListening(config({ EMBERLAB_PORT: '18098' }))).text).not.toContain('18099');
  });

  it('finds names that lead nowhere, and addresses without encryption or without a known proxy', async () => {
    const named = { EMBERLAB_PUBLIC_URL: 'https://a.example', EMBERLAB_APPS_URL: 'https://{id}.apps.example' };
    const proxied = config({ ...named, EMBERLAB_TRUSTED_PROXIES: '10.0.0.1' });
    expect(await checkOrigins(config())).toMatchObject([{ state: 'ok' }]);
    expect(await checkOrigins(proxied, async () => true)).toMatchObject([{ state: 'ok' }]);
    expect(await checkOrigins(proxied, async (name) => name === 'a.example')).toMatchObject([
      { state: 'warning', text: "doctor.apps.example can't be found from this machine." },
    ]);
    expect(await checkOrigins(config(named), async () => true)).toMatchObject([
      { state: 'warning', todo: expect.stringContaining('trusted_proxies') as string },
    ]);
    const plain = config({ EMBERLAB_PUBLIC_URL: 'http://a.example' });
    expect(await checkOrigins(plain, async () => true)).toMatchObject([
      { state: 'warning', text: expect.stringContaining('without encryption') as string },
    ]);
  });

  it('looks at the certificate: its names, its end, its key', async () => {
    const { cert, key } = await makeCertificate(data, { names: ['a.example', '*.apps.example'] });
    const tls = { EMBERLAB_TLS_CERT: cert, EMBERLAB_TLS_KEY: key };
    const at = (more: Record<string, string>) => config({ ...tls, EMBERLAB_PUBLIC_URL: 'https://a.example', ...more });
    const right = at({ EMBERLAB_APPS_URL: 'https://{id}.apps.example' });
    const day = 86_400_000;
    expect(await checkCertificate(config(), 0)).toEqual([]);
    expect(await checkCertificate(right, Date.now())).toMatchObject([{ state: 'ok' }]);
    expect(await checkCertificate(right, Date.now() + 20 * day)).toMatchObject([{ state: 'warning' }]);
    expect(await checkCertificate(right, Date.now() + 31 * day)).toMatchObject([{ state: 'problem' }]);
    expect(await checkCertificate(at({ EMBERLAB_APPS_URL: 'https://{id}.b.example' }), Date.now())).toMatchObject([
      { state: 'problem', text: 'The certificate is not for *.b.example, so browsers refuse it there.' },
    ]);
    expect(await checkCertificate(at({ EMBERLAB_TLS_KEY: cert }), Date.now())).toMatchObject([{ state: 'problem' }]);
  });

  it('finds programs that are missing, with what to install', async () => {
    expect(await checkPython(config({ EMBERLAB_PYTHON: 'python-absent' }))).toMatchObject({
      state: 'problem',
      todo: expect.stringContaining('apt-get install python3') as string,
    });
    expect(await checkJava(config({ EMBERLAB_JAVA_HOME: '/absent' }))).toMatchObject({
      state: 'problem',
      todo: expect.stringContaining('apt-get install openjdk') as string,
    });
    expect(await checkSpark(config())).toMatchObject({ state: 'problem', todo: 'Please run: ./start --set-up-only' });
    const home = join(data, 'spark');
    mkdirSync(join(home, 'jars'), { recursive: true });
    expect(await checkSpark(config({ EMBERLAB_SPARK_HOME: home }))).toMatchObject({ state: 'problem' });
    writeFileSync(join(home, 'jars/spark-core_2.13-4.3.0.jar'), '');
    expect(await checkSpark(config({ EMBERLAB_SPARK_HOME: home }))).toMatchObject({ state: 'ok' });
  });

  it('looks at the machine: Node, memory, open files, cgroups', async () => {
    expect([checkNode('20.1.0').state, checkNode('24.0.0').state]).toEqual(['problem', 'ok']);
    expect([checkMemory(2e9).state, checkMemory(16e9).state]).toEqual(['warning', 'ok']);
    const limits = join(data, 'limits');
    writeFileSync(limits, 'Max open files            1024                 4096                 files\n');
    expect(await checkOpenFiles(limits)).toMatchObject({ state: 'warning' });
    writeFileSync(limits, 'Max open files            65536                65536                files\n');
    expect(await checkOpenFiles(limits)).toMatchObject({ state: 'ok' });
    expect(await checkCgroups(config(), join(data, 'absent'))).toMatchObject({ state: 'warning' });
    mkdirSync(config().paths.logs);
    writeFileSync(join(config().paths.logs, 'control.log'), '{"cgroups":true,"msg":"limits of Jupyter servers"}\n');
    expect(await checkCgroups(config(), join(data, 'absent'))).toMatchObject({ state: 'ok' });
  });
});
