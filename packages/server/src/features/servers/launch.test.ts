import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultConfiguration, defaultPythonConfiguration, sessionBody } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../http/errors.ts';
import { SpawnError } from '../../spawners/spawner.ts';
import { labPath } from './service.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

const kernelsIn = (files: Readonly<Record<string, string>> = {}): unknown =>
  JSON.parse(files['jupyter_server_config.json'] ?? '').KernelSpecManager.allowed_kernelspecs;

describe('what a server is given', () => {
  it('has no secret of the platform, and its own in private files only', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const id = await startUp(fixture, servers);
    const spec = fixture.processes[0]?.spec;
    const visible = JSON.stringify([spec?.args, spec?.env]);
    expect(visible).not.toContain('EMBERLAB_');
    expect(visible).not.toMatch(/ember_(server|proxy)_/);
    expect(spec?.env).toMatchObject({ PATH: '/env/bin:/usr/bin', TZ: 'UTC' });
    expect(spec?.env['HOME']).not.toBe('/root');
    expect(spec?.files['sparkmagic/token']).toBe(`ember_server_${id}`);
    const sparkmagic = JSON.parse(spec?.files['sparkmagic/config.json'] ?? '') as Record<string, { url?: string }>;
    expect(sparkmagic['kernel_python_credentials']?.url).toBe('http://127.0.0.1:8080/livy/demo');
    expect(sparkmagic['session_configs_defaults']).toEqual(sessionBody(defaultConfiguration, fixture.projectFolder));
    // longer than the platform's 90 s, so that its sentence is the one that people read
    expect(sparkmagic['livy_session_startup_timeout_seconds']).toBe(100);
  });

  it("has the platform's extension for JupyterLab, whatever is in its environment", async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    const config = JSON.parse(fixture.processes[0]?.spec.files['jupyter_server_config.json'] ?? '');
    expect(config.LabApp.extra_labextensions_path).toEqual(['/emberlab/lab']);
    expect(config.ServerApp.jpserver_extensions).toMatchObject({ jupyterlab: true, nbclassic: true });
  });

  it('has no Spark with the configuration Python', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await servers.service.start(fixture.whose, defaultPythonConfiguration);
    await fixture.until(() => fixture.processes.length === 1);
    const files = fixture.processes[0]?.spec.files ?? {};
    expect(files['sparkmagic/token']).toBeUndefined();
    expect(kernelsIn(files)).toEqual(['python3']);
  });

  it('has the variables and files of the configuration Python, and keeps what is the platform’s', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    for (const name of ['tools.py', 'more.zip']) await writeFile(join(fixture.projectFolder, name), '');
    const { id } = await servers.service.start(fixture.whose, {
      ...defaultPythonConfiguration,
      files: ['tools.py', 'more.zip'],
      environment: 'LOG_LEVEL = debug\nTZ=Europe/Stockholm',
    });
    await fixture.until(() => fixture.processes.length === 1);
    const { env = {}, links = {} } = fixture.processes[0]?.spec ?? {};
    const folder = join(fixture.serversFolder, id ?? '', 'files');
    expect(env).toMatchObject({
      LOG_LEVEL: 'debug',
      TZ: 'Europe/Stockholm',
      EMBER_FILES: folder,
      PATH: '/env/bin:/usr/bin',
    });
    expect(env['PYTHONPATH']).toBe(`${folder}:${folder}/more.zip`);
    expect(links).toEqual({
      'files/tools.py': join(fixture.projectFolder, 'tools.py'),
      'files/more.zip': join(fixture.projectFolder, 'more.zip'),
    });
  });

  it('is not started with a file that is not there', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const wanted = { ...defaultConfiguration, properties: '', jars: ['Resources/gone.jar'] };
    await fixture.configurations.save(fixture.whose, wanted);
    const refused = { code: 'bad_request', details: [{ path: 'configuration.jars.0' }] };
    await expect(servers.service.start(fixture.whose)).rejects.toMatchObject(refused);
    expect(fixture.processes).toEqual([]);
  });

  it('asks of Spark what is said of it to others, while it runs with Spark', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    expect(await servers.service.sparkServers()).toEqual([]);
    const id = await startUp(fixture, servers);
    const [server, ...others] = await servers.service.sparkServers();
    expect(others).toEqual([]);
    expect(server).toMatchObject({ serverId: id, ...fixture.whose, projectName: 'demo' });
    const sparkmagic = JSON.parse(fixture.processes[0]?.spec.files['sparkmagic/config.json'] ?? '') as Record<
      string,
      unknown
    >;
    expect(server?.sessionDefaults).toEqual(sparkmagic['session_configs_defaults']);
    expect(await servers.service.sparkServers({ naming: true })).toEqual([]);
    await servers.service.stop(fixture.whose);
    expect(await servers.service.sparkServers()).toEqual([]);
  });

  it('finds those that name an engine', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    const named = { ...defaultConfiguration, engine: 'local' };
    await fixture.configurations.save(fixture.whose, named);
    const id = await startUp(fixture, servers);
    expect(await servers.service.sparkServers({ naming: true })).toMatchObject([{ serverId: id }]);
  });

  it('has a kernel for R where drivers can run R, and none that would not work', async () => {
    await using fixture = await serversFixture();
    const servers = fixture.instance();
    await servers.start();
    await startUp(fixture, servers);
    expect(kernelsIn(fixture.processes[0]?.spec.files)).toEqual([
      'pysparkkernel',
      'sparkkernel',
      'sparkrkernel',
      'python3',
    ]);
    await servers.service.stop(fixture.whose);
    await reach(fixture, servers, 'stopped');
    fixture.machine.hasSparkR = false;
    await startUp(fixture, servers);
    expect(kernelsIn(fixture.processes[1]?.spec.files)).toEqual(['pysparkkernel', 'sparkkernel', 'python3']);
  });
});

describe('a start', () => {
  it.each([
    [
      Object.assign(new Error('ENOSPC: no space left on device, mkdir'), { code: 'ENOSPC' }),
      { message: 'The disk is full.', remedy: 'Please free some space, then press Run Jupyter again.' },
    ],
    [new TypeError('x is not a function'), { message: 'Jupyter could not be started.' }],
    [new SpawnError('The Python is gone'), { message: 'The Python is gone.' }],
  ])('that throws %s is a problem for people, and is not repeated', async (error, problem) => {
    await using fixture = await serversFixture();
    let starts = 0;
    fixture.spawner.start = async () => {
      starts += 1;
      throw error;
    };
    const servers = fixture.instance();
    await servers.start();
    await servers.service.start(fixture.whose);
    expect((await reach(fixture, servers, 'failed')).problem).toMatchObject(problem);
    expect(starts).toBe(1);
    expect(fixture.errors).toEqual([]);
  });
});

describe('the address of a file', () => {
  it('is encoded part by part', () => {
    expect(labPath(undefined)).toBe('/lab');
    expect(labPath('')).toBe('/lab');
    expect(labPath('/Jupyter//ä?#%.ipynb')).toBe('/lab/tree/Jupyter/%C3%A4%3F%23%25.ipynb');
  });

  it('can not lead out of the project', () => {
    expect(() => labPath('../other')).toThrow(HttpError);
    expect(() => labPath('Jupyter/../../x')).toThrow(HttpError);
  });
});
