import { describe, expect, it } from 'vitest';
import { podFor, podName, policyFor, type PodOptions } from './manifest.ts';
import { testSettings } from './settings.fixture.ts';

const settings = testSettings({ image: 'registry.example.org/emberlab:1' });

const options: PodOptions = {
  settings,
  platform: 'platform1',
  owner: { serverId: 'server1', projectId: 'project1', userId: 'user1' },
  limits: { memoryMb: 2048, cores: 1.5 },
  profile: null,
  dataDir: '/data',
  writes: ['/data/servers/server1', '/data/homes/project1/user1', '/data/projects/demo'],
  reads: [{ folder: '/data/environments/e1', at: '/data/environments/current' }],
  script: '/data/servers/server1/start',
  user: 1000,
  group: 1000,
};

describe('the Pod of a server', () => {
  it('has the folders of its server, member and project, its environment to read, and nothing else of the data', () => {
    expect(podFor(options).spec?.containers[0]?.volumeMounts).toEqual([
      { name: 'data', mountPath: '/data/environments/current', subPath: 'environments/e1', readOnly: true },
      { name: 'data', mountPath: '/data/servers/server1', subPath: 'servers/server1' },
      { name: 'data', mountPath: '/data/homes/project1/user1', subPath: 'homes/project1/user1' },
      { name: 'data', mountPath: '/data/projects/demo', subPath: 'projects/demo' },
      { name: 'tmp', mountPath: '/tmp' },
    ]);
    const elsewhere = podFor({ ...options, settings: { ...settings, dataPath: 'teams/one' } });
    expect(elsewhere.spec?.containers[0]?.volumeMounts?.[3]?.subPath).toBe('teams/one/projects/demo');
  });

  it('takes no more than its limits, and asks for a tenth of its cores', () => {
    const resourcesFor = (limits: PodOptions['limits']) =>
      podFor({ ...options, limits }).spec?.containers[0]?.resources;
    expect(resourcesFor({ memoryMb: 2048, cores: 1.5 })).toEqual({
      limits: { memory: '2048Mi', cpu: '1500m' },
      requests: { memory: '2048Mi', cpu: '150m' },
    });
    expect(resourcesFor({ memoryMb: null, cores: null })).toEqual({ limits: {}, requests: {} });
  });

  it('may do nothing in the cluster nor on its node', () => {
    const { spec } = podFor(options);
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
    });
    expect(spec?.volumes?.[1]).toEqual({ name: 'tmp', emptyDir: { sizeLimit: '10Gi' } });
    expect(spec?.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true });
    expect(spec?.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('refuses what is no plain word, wherever it comes from', () => {
    const owner = (more: Partial<PodOptions['owner']>) => ({ ...options, owner: { ...options.owner, ...more } });
    const bad = ['', '..', 'a b', 'a\nb', '$(HOME)', 'a:b', '-a', 'ü', 'x'.repeat(64)];
    for (const word of bad) {
      expect(() => podFor(owner({ serverId: word }))).toThrow(/part of a manifest/);
      expect(() => podFor(owner({ projectId: word }))).toThrow(/part of a manifest/);
      expect(() => podFor({ ...options, writes: [`/data/projects/x/${word}/y`, '/data/../etc'] })).toThrow(
        /part of a manifest/,
      );
    }
    expect(() => podFor({ ...options, writes: ['/etc'] })).toThrow(/not in the data folder|part of a manifest/);
    expect(() => podFor({ ...options, writes: ['/data'] })).toThrow(/not in the data folder/);
  });

  it('follows the settings of the administrator', () => {
    const { spec, metadata } = podFor({
      ...options,
      settings: {
        ...settings,
        serviceAccount: 'jupyter',
        imagePullSecrets: ['pull'],
        nodeSelector: { pool: 'notebooks' },
      },
    });
    expect(metadata?.name).toBe(podName('server1'));
    expect(spec).toMatchObject({
      serviceAccountName: 'jupyter',
      imagePullSecrets: [{ name: 'pull' }],
      nodeSelector: { pool: 'notebooks' },
    });
    expect(spec?.containers[0]?.image).toBe('registry.example.org/emberlab:1');
  });
});

it('lets the platform alone connect to servers', () => {
  const policy = policyFor(settings, 'platform1');
  expect(policy.spec?.podSelector).toEqual({ matchLabels: { 'emberlab.io/platform': 'platform1' } });
  expect(policy.spec?.ingress).toEqual([
    {
      _from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'emberlab' } } }],
      ports: [{ protocol: 'TCP', port: 8888 }],
    },
  ]);
  const outside = policyFor({ ...settings, allowedFrom: ['10.0.0.1/32'] }, 'platform1');
  expect(outside.spec?.ingress?.[0]?._from).toEqual([{ ipBlock: { cidr: '10.0.0.1/32' } }]);
});
