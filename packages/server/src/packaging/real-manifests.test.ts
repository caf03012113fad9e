import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '../config.ts';
import { kubernetesParts, startControlPlane, type TestKubernetes } from '../testing/minikubernetes.ts';

const root = join(import.meta.dirname, '../../../..');
const chart = join(root, 'packaging/helm/emberlab');
const helm = process.env['EMBERLAB_TEST_HELM'];
const run = promisify(execFile);

type Manifest = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: Record<string, never>;
};

const readAll = (text: string): Manifest[] =>
  parseAllDocuments(text).flatMap((one) => {
    const manifest: Manifest | null = one.toJS();
    return manifest === null ? [] : [manifest];
  });

/** What Helm makes of the chart with these values. */
async function render(values: object, namespace = 'notebooks'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ember-chart-'));
  try {
    // JSON is YAML.
    await writeFile(join(folder, 'values.yaml'), JSON.stringify(values));
    const words = ['template', 'emberlab', chart, '--namespace', namespace, '--values', join(folder, 'values.yaml')];
    // A Helm that was built without its release's flags takes the cluster to be an old one.
    words.push('--kube-version=1.34.0');
    return (await run(helm ?? '', words)).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The settings that the platform's container is started with. */
function settingsOf(manifests: readonly Manifest[]): Record<string, string> {
  const set = manifests.find(({ kind }) => kind === 'StatefulSet') as unknown as {
    spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
  };
  const { env = [] } = set.spec.template.spec.containers[0] ?? {};
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

const inPods = { servers: { spawner: 'kubernetes' }, persistence: { accessMode: 'ReadWriteMany' } };
const everything = {
  ...inPods,
  scheme: 'http',
  settings: { server_hours: 12, trusted_proxies: ['10.0.0.0/8'], oidc_label: 'Ada\'s "login": #1' },
  settingsSecret: 'settings',
  database: { secret: 'postgres', key: 'url' },
  image: { repository: 'registry.example.org/emberlab', pullSecrets: ['registry'] },
  sparkInPods: { enabled: true },
  ingress: { enabled: true, className: 'nginx', tlsSecret: 'tls', annotations: { 'example.org/a': 'b' } },
  networkPolicy: { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress' } } }] },
  nodeSelector: { pool: 'platform' },
  tolerations: [{ key: 'platform', operator: 'Exists' }],
};

/** They need Helm and a cluster, and are a part of their own: `./test clusters`. */
describe.skipIf(kubernetesParts === undefined || helm === undefined)('the chart', () => {
  let cluster: TestKubernetes;
  const kubectl = async (input: string, ...words: string[]): Promise<string> => {
    const done = run(join(kubernetesParts ?? '', 'bin/kubectl'), ['--kubeconfig', cluster.kubeconfig, ...words]);
    done.child.stdin?.end(input);
    return (await done).stdout;
  };

  beforeAll(async () => {
    cluster = await startControlPlane();
    await kubectl('', 'create', 'namespace', 'notebooks');
    await kubectl('', 'create', 'namespace', 'emberlab');
  }, 120_000);
  afterAll(async () => cluster[Symbol.asyncDispose]());

  it('is well made', async () => {
    expect((await run(helm ?? '', ['lint', '--strict', chart])).stdout).toContain('0 chart(s) failed');
  });

  it.each([
    ['as it is', {}, ['NetworkPolicy', 'PersistentVolumeClaim', 'Service', 'ServiceAccount', 'StatefulSet']],
    [
      'with servers in Pods',
      inPods,
      ['NetworkPolicy', 'PersistentVolumeClaim', 'Role', 'RoleBinding', 'Service', 'ServiceAccount', 'StatefulSet'],
    ],
    [
      'with everything',
      everything,
      [
        'Ingress',
        'NetworkPolicy',
        'PersistentVolumeClaim',
        'Role',
        'Role',
        'RoleBinding',
        'RoleBinding',
        'Service',
        'ServiceAccount',
        'ServiceAccount',
        'StatefulSet',
      ],
    ],
    [
      'on a claim that is there',
      { ...inPods, persistence: { existingClaim: 'mine' }, networkPolicy: { enabled: false } },
      ['Role', 'RoleBinding', 'Service', 'ServiceAccount', 'StatefulSet'],
    ],
  ])('is taken by the API server %s', async (_how, values, kinds) => {
    const text = await render(values);
    const manifests = readAll(text);
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual(kinds);
    // Strictly: a field that it does not know is refused.
    const said = await kubectl(
      text,
      'apply',
      '--namespace',
      'notebooks',
      '--dry-run=server',
      '--validate=strict',
      '-f',
      '-',
    );
    expect(said.trim().split('\n')).toHaveLength(kinds.length);
  });

  it('gives settings that Emberlab takes', async () => {
    const env = settingsOf(readAll(await render(everything)));
    const config = readConfig({ ...env, EMBERLAB_HOST: '0.0.0.0', EMBERLAB_DATA: '/var/lib/emberlab' });
    expect(config.publicOrigin).toBe('http://emberlab.example.org');
    expect(config.appsOrigin).toBe('http://{id}.apps.example.org');
    expect(config.kubernetes).toMatchObject({
      namespace: 'notebooks',
      image: 'registry.example.org/emberlab:0.1.0',
      dataClaim: 'emberlab-data',
      controlUrl: 'http://emberlab.notebooks.svc:8080',
      imagePullSecrets: ['registry'],
    });
    expect(env['EMBERLAB_OIDC_LABEL']).toBe('Ada\'s "login": #1');
    expect(readConfig({ ...settingsOf(readAll(await render({}))), EMBERLAB_DATA: '/d' }).kubernetes).toBeNull();
  });

  it('lets Emberlab do what starting servers takes, and nothing else', async () => {
    const text = await render(inPods);
    await kubectl(text, 'apply', '--namespace', 'notebooks', '-f', '-');
    const as = ['--as=system:serviceaccount:notebooks:emberlab', '--namespace', 'notebooks'];
    const may = (verb: string, what: string, where = as) =>
      kubectl('', 'auth', 'can-i', verb, what, ...where).then(
        (said) => said.trim(),
        (error: { stdout: string }) => error.stdout.trim(),
      );
    for (const verb of ['get', 'list', 'create', 'delete'])
      expect([verb, await may(verb, 'pods')]).toEqual([verb, 'yes']);
    for (const verb of ['get', 'create', 'update']) expect(await may(verb, 'networkpolicies')).toBe('yes');
    expect(await may('get', 'secrets')).toBe('no');
    expect(await may('create', 'pods', [...as, '--subresource=exec'])).toBe('no');
    expect(
      await may('list', 'pods', ['--as=system:serviceaccount:notebooks:emberlab', '--namespace', 'emberlab']),
    ).toBe('no');
    expect(await may('create', 'pods', [...as, '--subresource=portforward'])).toBe('no');
  });

  it('lets Emberlab show the Spark UI of programs where Spark runs in Pods', async () => {
    const text = await render({ ...inPods, sparkInPods: { enabled: true } }, 'emberlab');
    await kubectl(text, 'apply', '--namespace', 'emberlab', '-f', '-');
    const as = ['--as=system:serviceaccount:emberlab:emberlab', '--namespace', 'emberlab'];
    for (const verb of ['get', 'create'])
      expect((await kubectl('', 'auth', 'can-i', verb, 'pods', ...as, '--subresource=portforward')).trim()).toBe('yes');
  });

  it.each([
    [{ servers: { spawner: 'kubernetes' } }, 'a volume that all nodes mount'],
    [{ servers: { spawner: 'docker' } }, 'servers.spawner is local or kubernetes'],
    [{ appsDomain: 'emberlab.example.org' }, 'two names'],
  ])('refuses %o', async (values, sentence) => {
    await expect(render(values)).rejects.toThrow(sentence);
  });

  it.each([
    ['emberlab.yaml', {}],
    ['emberlab-pods.yaml', { ...inPods, ingress: { enabled: true }, database: { secret: 'emberlab-database' } }],
  ])('is what packaging/kubernetes/%s was made from', async (name, values) => {
    const file = join(root, 'packaging/kubernetes', name);
    const made = await render(values, 'emberlab');
    if (process.env['EMBERLAB_WRITE_MANIFESTS'] !== undefined) await writeFile(file, made);
    expect(await readFile(file, 'utf8')).toBe(made);
  });
});
