import type { KubernetesOptions } from './settings.ts';

/** Settings as tests have them, but for what matters to one. */
export const testSettings = (more: Partial<KubernetesOptions> = {}): KubernetesOptions => ({
  namespace: 'notebooks',
  kubeconfig: null,
  image: 'localhost/server:1',
  dataClaim: 'data',
  dataPath: '',
  controlUrl: 'http://emberlab:8080',
  allowedFrom: [],
  serviceAccount: null,
  imagePullSecrets: [],
  nodeSelector: {},
  ...more,
});
