import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { settingsSchema } from './settings.ts';

describe('readConfig', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'emberlab-config-'));
  });
  afterEach(() => rmSync(data, { recursive: true }));

  const problemsOf = (env: Record<string, string>): readonly string[] => {
    try {
      readConfig({ EMBERLAB_DATA: data, ...env });
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  };

  it('has a default for everything', () => {
    const config = readConfig({ EMBERLAB_DATA: data });
    expect(config).toMatchObject({
      dataDir: data,
      host: '127.0.0.1',
      port: 8080,
      publicOrigin: 'http://localhost:8080',
      appsOrigin: 'http://{id}.localhost:8080',
      sparkMaster: 'local[*]',
      sparkHome: join(data, 'tools/spark'),
    });
  });

  it('reads clusters, from tables of the file or as JSON, and names what is wrong with them', () => {
    const file =
      '[engines.big]\ntype = "standalone"\nmaster = "spark://m:7077"\ndriver_host = "here"\npage = "http://m:8080/"\n';
    writeFileSync(join(data, 'emberlab.toml'), file);
    const big = { name: 'big', type: 'standalone', master: 'spark://m:7077', page: 'http://m:8080' };
    const config = readConfig({ EMBERLAB_DATA: data, EMBERLAB_DEFAULT_ENGINE: 'big' });
    expect([config.defaultEngine, config.engines]).toEqual([
      'big',
      [{ ...big, driver_host: 'here', spark_home: null, label: null }],
    ]);
    expect(config.settings.find(({ name }) => name === 'engines')?.value).toBe('big (standalone, spark://m:7077)');
    const json = (engines: unknown) => problemsOf({ EMBERLAB_ENGINES: JSON.stringify(engines) }).join();
    const one = { type: 'standalone', master: 'spark://m:7077', driver_host: 'here' };
    expect(json({ small: one })).toBe('');
    const yarn = { type: 'yarn', conf_dir: '/etc/hadoop/conf', user: 'emberlab' };
    expect(json({ hadoop: yarn })).toBe('');
    const pods = { type: 'kubernetes', namespace: 'spark-{project}', image: 'spark:1', data_claim: 'data' };
    const unisolated = (engine: object) =>
      problemsOf({ EMBERLAB_ENGINES: JSON.stringify({ pods: engine }), EMBERLAB_ISOLATION: 'off' }).join();
    expect(unisolated(pods)).toBe('');
    expect(unisolated({ ...pods, service_account: '{user}' })).toContain('pods.service_account: please write a name');
    expect(unisolated({ ...pods, namespaces: { demo: 'A b' } })).toContain('pods.namespaces.demo: please write a name');
    expect(json({ pods })).toContain('With an engine of the type kubernetes please set isolation = off');
    for (const [engines, sentence] of [
      [{ small: { ...one, master: 'yarn' } }, 'small.master: please write spark://'],
      [{ small: { ...one, colour: 'red' } }, 'small: colour is not a setting of it'],
      [{ small: { ...one, type: 'mesos' } }, 'small.type: please give it a type'],
      [{ hadoop: { ...yarn, conf_dir: 'conf' } }, 'hadoop.conf_dir: please write a whole path'],
      [{ hadoop: { ...yarn, queues: [] } }, 'hadoop.queues'],
      [{ hadoop: { ...yarn, keytab: '/k' } }, 'hadoop.keytab: a keytab and its principal belong together'],
      [
        { hadoop: { ...yarn, run_as: 'member' } },
        'hadoop.member_domain: run_as = "member" and member_domain belong together',
      ],
      [{ hadoop: { ...yarn, run_as: 'member', member_domain: '@x' } }, 'hadoop.member_domain: please write a domain'],
      [{ hadoop: { ...yarn, folder: 'emberlab' } }, 'hadoop.folder: please write a whole path'],
      [{ hadoop: { ...yarn, agent_url: 'http://here' } }, 'hadoop.agent_url: please write ws://HOST:PORT'],
      [{ local: one }, 'local is the engine of this machine'],
      [{ 'Big one': one }, 'Big one is no name of an engine'],
      [[], 'please write a table for each engine'],
    ] as const) {
      expect(json(engines)).toContain(sentence);
    }
    expect(problemsOf({ EMBERLAB_DEFAULT_ENGINE: 'huge' }).join()).toContain('none of the engines: local, big');
  });

  it('reads true and false', () => {
    expect(readConfig({ EMBERLAB_DATA: data }).classArchive).toBe(true);
    expect(readConfig({ EMBERLAB_DATA: data, EMBERLAB_CLASS_ARCHIVE: 'false' }).classArchive).toBe(false);
    writeFileSync(join(data, 'emberlab.toml'), 'class_archive = false\n');
    expect(readConfig({ EMBERLAB_DATA: data }).classArchive).toBe(false);
    expect(problemsOf({ EMBERLAB_CLASS_ARCHIVE: 'maybe' })).toHaveLength(1);
  });

  it('takes the environment over the file, and options over both', () => {
    writeFileSync(join(data, 'emberlab.toml'), 'port = 9000\nspark_master = "local[2]"\n');
    expect(readConfig({ EMBERLAB_DATA: data })).toMatchObject({ port: 9000, sparkMaster: 'local[2]' });
    expect(readConfig({ EMBERLAB_DATA: data, EMBERLAB_PORT: '9001' }).port).toBe(9001);
    expect(readConfig({ EMBERLAB_DATA: data, EMBERLAB_PORT: '9001' }, { port: '9002' }).port).toBe(9002);
  });

  it('names the option that is wrong, and does not take the folder it stands in for an empty one', () => {
    expect(() => readConfig({ EMBERLAB_DATA: data }, { port: 'abc' })).toThrow(
      "--port can't be used: please write a whole number.",
    );
    expect(() => readConfig({}, { data: '' })).toThrow("--data can't be empty");
  });

  it('takes a database of PostgreSQL, and names no password when its address is wrong', () => {
    expect(readConfig({ EMBERLAB_DATA: data })).toMatchObject({ databaseUrl: null, databaseConnections: 10 });
    for (const url of ['postgres://me:p%40ss@db:5432/emberlab', 'postgresql:///emberlab?host=/run/postgresql']) {
      expect(readConfig({ EMBERLAB_DATA: data, EMBERLAB_DATABASE_URL: url }).databaseUrl).toBe(url);
    }
    for (const url of ['mysql://me:hunter22@db/x', 'postgres://me:%zz-hunter22@db/x', 'postgres://me:hunter22@a b/x']) {
      const [problem, ...more] = problemsOf({ EMBERLAB_DATABASE_URL: url });
      expect(more).toEqual([]);
      expect(problem).toContain('please write postgres://USER:PASSWORD@HOST:PORT/NAME');
      expect(problem).not.toContain('hunter22');
    }
  });

  it('lets drivers dial in at the socket, or where it is told', () => {
    expect(readConfig({ EMBERLAB_DATA: data }).agentUrl).toBe(`unix:${data}/run/agent.sock`);
    for (const url of ['unix:/run/ember.sock', 'ws://10.0.0.1:8998', 'wss://agents.example.org/emberlab']) {
      expect(readConfig({ EMBERLAB_DATA: data, EMBERLAB_AGENT_URL: url }).agentUrl).toBe(url);
    }
    for (const url of ['run/agent.sock', 'http://10.0.0.1:8998', 'ws://', 'ws://me:secret@host', 'ws://host/?a=b']) {
      expect([url, problemsOf({ EMBERLAB_AGENT_URL: url })]).toEqual([
        url,
        [expect.stringContaining('agent_url'.toUpperCase())],
      ]);
    }
  });

  it('takes numbers for users of the machine that a machine has', () => {
    expect(readConfig({ EMBERLAB_DATA: data }).unixIds).toEqual({ first: 700_000, last: 1_999_999 });
    expect(readConfig({ EMBERLAB_DATA: data, EMBERLAB_UNIX_IDS: '20000-30000' }).unixIds.first).toBe(20_000);
    for (const ids of ['0-100', '0000-5000', '30000-20000', '700000-9999999999', 'many']) {
      expect([ids, problemsOf({ EMBERLAB_UNIX_IDS: ids })]).toEqual([ids, [expect.stringMatching(/unix_ids/i)]]);
    }
  });

  it('has a login provider when both its parts are there, with what groups may', () => {
    const provider = { EMBERLAB_OIDC_ISSUER: 'https://login.example.org', EMBERLAB_OIDC_CLIENT_ID: 'emberlab' };
    expect(readConfig({ EMBERLAB_DATA: data }).openId).toBeNull();
    expect(
      readConfig({
        EMBERLAB_DATA: data,
        ...provider,
        EMBERLAB_OIDC_ROLES: 'data=demo:editor, cn=leads,ou=x:y=demo:owner'.replace('cn=leads,ou', 'cn=leads;ou'),
        EMBERLAB_OIDC_DOMAINS: 'Example.org,example.com',
      }).openId,
    ).toMatchObject({
      clientSecretFile: null,
      domains: ['example.org', 'example.com'],
      roles: [
        { group: 'data', project: 'demo', role: 'editor' },
        { group: 'cn=leads;ou=x:y', project: 'demo', role: 'owner' },
      ],
    });
    const broken: [Record<string, string>, string][] = [
      [{ EMBERLAB_OIDC_ISSUER: 'https://login.example.org' }, 'belong together'],
      [{ ...provider, EMBERLAB_OIDC_ISSUER: 'http://login.example.org' }, 'https://'],
      [{ ...provider, EMBERLAB_OIDC_ISSUER: 'http://localhost.evil.example' }, 'https://'],
      [{ ...provider, EMBERLAB_OIDC_ROLES: 'data=demo' }, 'GROUP=PROJECT:ROLE'],
      [{ ...provider, EMBERLAB_OIDC_ROLES: 'data=demo:king' }, 'GROUP=PROJECT:ROLE'],
      [{ ...provider, EMBERLAB_OIDC_DOMAINS: '.org' }, 'whole domains'],
      [{ ...provider, EMBERLAB_OIDC_SCOPES: 'email' }, 'openid'],
    ];
    for (const [settings, sentence] of broken) expect(problemsOf(settings).join()).toContain(sentence);
  });

  it('reads how e-mail is sent, which is nobody’s to see, and where webhooks may be', () => {
    const mail = { EMBERLAB_SMTP_URL: 'smtps://ada:p%40w@mail.example.org', EMBERLAB_SMTP_FROM: 'E <e@example.org>' };
    const config = readConfig({ EMBERLAB_DATA: data, ...mail, EMBERLAB_ALERTS_ALLOW: '10.0.0.0/8, chat.example.org' });
    expect(config.mail).toMatchObject({ port: 465, login: { password: 'p@w' }, from: { address: 'e@example.org' } });
    expect(config.alertsAllowed).toEqual(['10.0.0.0/8', 'chat.example.org']);
    expect(JSON.stringify(config.settings)).not.toContain('p%40w');
    const broken: [Record<string, string>, string][] = [
      [{ EMBERLAB_SMTP_URL: 'smtp://mail.example.org' }, 'belong together'],
      [{ ...mail, EMBERLAB_SMTP_URL: 'mail.example.org' }, 'smtp://HOST:PORT'],
      [{ ...mail, EMBERLAB_SMTP_FROM: 'E' }, 'please write an address'],
      [{ EMBERLAB_ALERTS_ALLOW: '10.0.0.0/99' }, 'is no address'],
    ];
    for (const [settings, sentence] of broken) expect(problemsOf(settings).join()).toContain(sentence);
  });

  it('runs servers in containers where there is an image, and Emberlab can be reached', () => {
    const env = (docker: object) => ({ EMBERLAB_SPAWNER: 'docker', EMBERLAB_DOCKER: JSON.stringify(docker) });
    const image = 'registry.example.org/emberlab:1';
    const open = { EMBERLAB_HOST: '0.0.0.0', EMBERLAB_PORT: '8090' };
    const config = readConfig({ EMBERLAB_DATA: data, ...open, ...env({ image, tmp_mb: 64, internet: false }) });
    expect(config.docker).toMatchObject({ image, tmpMb: 64, internet: false, socket: '/var/run/docker.sock' });
    expect(config.innerOrigin).toBe('http://emberlab.internal:8090');
    const named = readConfig({ EMBERLAB_DATA: data, ...env({ image, control_url: 'https://emberlab.example.org' }) });
    expect(named.innerOrigin).toBe('https://emberlab.example.org');
    const broken: [Record<string, string>, string][] = [
      [{ EMBERLAB_SPAWNER: 'docker' }, 'please write the table [docker]'],
      [env({ image }), 'containers have to reach Emberlab, which listens on 127.0.0.1'],
      [{ ...open, ...env({ image: '-v' }) }, 'please write the name of an image'],
      [{ ...open, ...env({ image, network: 'host' }) }, 'please name a network of its own'],
      [{ ...open, ...env({ image, privileged: true }) }, 'privileged is not a setting of it'],
      [{ ...open, ...env({ image }), EMBERLAB_TLS_CERT: '/a', EMBERLAB_TLS_KEY: '/b' }, 'please set control_url'],
    ];
    for (const [settings, sentence] of broken) expect(problemsOf(settings).join()).toContain(sentence);
  });

  it('lets servers run in profiles, the default first, with what the spawner has where they do not say', () => {
    const docker = {
      EMBERLAB_HOST: '0.0.0.0',
      EMBERLAB_SPAWNER: 'docker',
      EMBERLAB_DOCKER: '{"image": "registry.example.org/emberlab:1"}',
    };
    const kubernetes = {
      EMBERLAB_SPAWNER: 'kubernetes',
      EMBERLAB_ISOLATION: 'off',
      EMBERLAB_KUBERNETES:
        '{"namespace": "n", "image": "lab:1", "data_claim": "d", "control_url": "http://emberlab:8080"}',
    };
    const read = (profiles: object, spawner: Record<string, string> = docker) =>
      readConfig({ EMBERLAB_DATA: data, ...spawner, EMBERLAB_SPAWNER_PROFILES: JSON.stringify(profiles) }).profiles;
    const small = { label: 'Small', max_memory_mb: 1024, max_cores: 1 };
    const large = { label: 'Large', image: 'lab:2', memory_mb: 8192, default: true, projects: ['demo'] };
    expect(read({ small, large })).toEqual([
      {
        name: 'large',
        label: 'Large',
        description: null,
        image: 'lab:2',
        gives: { memoryMb: 8192, cores: 2 },
        most: { memoryMb: null, cores: null },
        nodeSelector: {},
        tolerations: [],
        projects: ['demo'],
      },
      {
        name: 'small',
        label: 'Small',
        description: null,
        image: 'registry.example.org/emberlab:1',
        gives: { memoryMb: 1024, cores: 1 },
        most: { memoryMb: 1024, cores: 1 },
        nodeSelector: {},
        tolerations: [],
        projects: null,
      },
    ]);
    const gpu = {
      label: 'GPU',
      node_selector: { 'example.org/pool': 'gpu' },
      tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
    };
    expect(read({ gpu }, kubernetes)).toMatchObject([
      { image: 'lab:1', nodeSelector: gpu.node_selector, tolerations: gpu.tolerations },
    ]);
    expect(readConfig({ EMBERLAB_DATA: data, ...docker }).profiles).toEqual([]);
    const broken: [object, string, Record<string, string>?][] = [
      [{ small }, 'spawner_profiles says what Jupyter servers run in, and with spawner = local', {}],
      [{ gpu }, 'spawner_profiles.gpu: node_selector and tolerations are for spawner = kubernetes'],
      [{ 'Very Large': small }, 'Very Large is no name of a profile'],
      [{ small: {} }, 'small.label: '],
      [{ small: { ...small, image: '-v' } }, 'small.image: please write the name of an image'],
      [{ small: { ...small, privileged: true } }, 'small: privileged is not a setting of it'],
      [{ small: { ...small, memory_mb: 2048 } }, 'small.memory_mb: is more than max_memory_mb'],
      [{ small: { ...small, max_memory_mb: 100 } }, 'small.max_memory_mb: JupyterLab needs 512 MB or more'],
      [{ small: { ...small, projects: ['No Project'] } }, 'small.projects.0: '],
      [{ small, other: small }, 'two profiles have the label Small'],
      [{ a: { label: 'A', default: true }, large }, 'only one profile can be the default, not a and large'],
      [{ gpu: { ...gpu, tolerations: [{ operator: 'Equal' }] } }, 'Equal takes a key and a value', kubernetes],
      [{ gpu: { ...gpu, node_selector: { 'a b': 'c' } } }, 'please write a key as Kubernetes has them', kubernetes],
    ];
    for (const [profiles, sentence, spawner = docker] of broken) {
      const given = { ...spawner, EMBERLAB_SPAWNER_PROFILES: JSON.stringify(profiles) };
      expect(problemsOf(given).join()).toContain(sentence);
    }
  });

  it('puts {id} in front of the host of a public address', () => {
    expect(readConfig({ EMBERLAB_DATA: data, EMBERLAB_PUBLIC_URL: 'https://ember.example.org' }).appsOrigin).toBe(
      'https://{id}.ember.example.org',
    );
  });

  it('tells every problem at once, each by the name under which it was given', () => {
    writeFileSync(join(data, 'emberlab.toml'), 'colour = "red"\nlog_level = "loud"\n');
    const problems = problemsOf({
      EMBERLAB_PORT: '123456',
      EMBERLAB_PROT: '1',
      EMBERLAB_APPS_URL: 'https://apps.example.org',
    }).join('\n');
    expect(problems).toMatch(/EMBERLAB_PORT can't be used/);
    expect(problems).toMatch(/EMBERLAB_PROT is not a setting/);
    expect(problems).toMatch(/colour in .*emberlab\.toml is not a setting/);
    expect(problems).toMatch(/log_level in .*emberlab\.toml can't be used/);
    expect(problems).toMatch(/EMBERLAB_APPS_URL can't be used: please put \{id\}/);
  });

  it('keeps for people what each setting is, where it comes from, and of secrets only whether they are set', () => {
    writeFileSync(
      join(data, 'emberlab.toml'),
      'server_hours = 12\nport = 1234\noidc_roles = ["data team=sales:editor"]\nmetrics_token = "correct-horse-battery"\n',
    );
    const env = {
      EMBERLAB_DATA: data,
      EMBERLAB_PORT: '9000',
      EMBERLAB_DATABASE_URL: 'postgres://ember:hunter22@db.example.org/ember',
      EMBERLAB_DRIVER_JAVA_OPTIONS:
        '-Dproxy=http://ada:hunter22@proxy.example.org -Djavax.net.ssl.keyStorePassword=hunter22',
    };
    const config = readConfig(env, { host: '127.0.0.1' });
    const of = (name: string) => config.settings.find((each) => each.name === name);
    expect(config.settings.map(({ name }) => name)).toEqual(Object.keys(settingsSchema.shape));
    for (const { description } of config.settings) expect(description).not.toBe('');
    expect(config.settingsFile).toBe(join(data, 'emberlab.toml'));
    expect(of('server_hours')).toMatchObject({ value: '12', source: 'file' });
    expect(of('port')).toMatchObject({ value: '9000', source: 'environment' });
    expect(of('host')).toMatchObject({ value: '127.0.0.1', source: 'argument' });
    expect(of('session_idle_timeout_seconds')).toMatchObject({ value: '28800', source: 'default' });
    // What is chosen where nothing is given counts as well.
    expect(of('public_url')).toMatchObject({ value: 'http://localhost:9000', source: 'default' });
    expect(of('oidc_roles')).toMatchObject({ value: 'data team=sales:editor' });
    expect(of('metrics_token')).toMatchObject({ value: null, source: 'file', secret: true });
    expect(of('database_url')).toMatchObject({ value: null, source: 'environment', secret: true });
    expect(JSON.stringify(config.settings)).not.toMatch(/correct-horse|hunter22/);
  });

  it('says where a file is not TOML', () => {
    writeFileSync(join(data, 'emberlab.toml'), 'port = = 1');
    expect(problemsOf({})[0]).toMatch(/emberlab\.toml is not valid TOML/);
  });

  describe('of addresses', () => {
    const tls = { EMBERLAB_TLS_CERT: '/etc/tls/a.crt', EMBERLAB_TLS_KEY: '~/a.key' };
    const named = {
      EMBERLAB_PUBLIC_URL: 'https://emberlab.example.org',
      EMBERLAB_APPS_URL: 'https://{id}.apps.example.org',
    };

    it('makes https of the defaults where there is a certificate', () => {
      expect(readConfig({ EMBERLAB_DATA: data })).toMatchObject({ tls: null, trustedProxies: [], metricsToken: null });
      expect(readConfig({ EMBERLAB_DATA: data, ...tls })).toMatchObject({
        tls: { cert: '/etc/tls/a.crt', key: join(homedir(), 'a.key') },
        publicOrigin: 'https://localhost:8080',
        appsOrigin: 'https://{id}.localhost:8080',
      });
    });

    it.each<[string, Record<string, string>, string]>([
      ['one file of two', { EMBERLAB_TLS_CERT: '/a' }, 'TLS needs both files: please set tls_key as well.'],
      ['the other file', { EMBERLAB_TLS_KEY: '/a' }, 'TLS needs both files: please set tls_cert as well.'],
      ['TLS for http', { ...tls, EMBERLAB_PUBLIC_URL: 'http://a.example' }, 'With tls_cert Emberlab speaks https'],
      [
        'servers without https',
        { ...named, EMBERLAB_APPS_URL: 'http://{id}.apps.example.org' },
        'has to begin with https',
      ],
      [
        'servers with https alone',
        { EMBERLAB_PUBLIC_URL: 'http://a.example', EMBERLAB_APPS_URL: 'https://{id}.b.example' },
        'has to begin with http, as',
      ],
      [
        "a dashboard among the servers' names",
        { EMBERLAB_PUBLIC_URL: 'https://Www.example.org', EMBERLAB_APPS_URL: 'https://{id}.example.org' },
        "where users' code runs",
      ],
    ])('refuses %s', (_what, env, sentence) => {
      expect(problemsOf(env)).toEqual([expect.stringContaining(sentence)]);
    });

    it('takes names that go together', () => {
      expect(problemsOf(named)).toEqual([]);
      expect(problemsOf({ ...named, ...tls })).toEqual([]);
    });

    it('reads the addresses of proxies, and names what is none', () => {
      const proxies = (text: string) => ({ EMBERLAB_TRUSTED_PROXIES: text });
      expect(readConfig({ EMBERLAB_DATA: data, ...proxies('10.0.0.1, fd00::/8') }).trustedProxies).toEqual([
        '10.0.0.1',
        'fd00::/8',
      ]);
      for (const wrong of ['proxy.example.org', '10.0.0.0/33', '10.0.0.0/8/8', '*', '::/129']) {
        expect(problemsOf(proxies(wrong))[0]).toContain(`${wrong} is no IP address and no network`);
      }
    });

    it('tells all that contradicts itself at once', () => {
      expect(problemsOf({ EMBERLAB_TLS_CERT: '/a', EMBERLAB_SERVER_MEMORY_MB: '1' })).toHaveLength(2);
    });
  });
});
