import { z } from 'zod';
import { compileNetworks } from './lib/addresses.ts';
import type { KubernetesOptions } from './spawners/kubernetes/settings.ts';

const name = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'please write a name as Kubernetes has them');
const label = z
  .string()
  .regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, 'please write a value as labels have them');

/** A name in which `{project}` stands for the project's. */
const pattern = z
  .string()
  .regex(
    /^(?:[a-z0-9]|\{project\})(?:(?:[a-z0-9-]|\{project\})*(?:[a-z0-9]|\{project\}))?$/,
    'please write a name as Kubernetes has them; {project} in it is the name of the project',
  );
const image = z
  .string()
  .regex(/^[a-z0-9][^\s]*$/, 'please write the name of an image, such as registry.example.org/emberlab:1');
const dataPath = z
  .string()
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    'please write a path on the volume, without / in front',
  )
  .or(z.literal(''))
  .default('');
const nodeSelector = z.record(z.string().min(1), label).default({});

/** An engine whose drivers are Pods. */
export const kubernetesEngine = z.strictObject({
  type: z.literal('kubernetes'),
  namespace: pattern,
  /** those of single projects */
  namespaces: z.record(z.string().min(1), name).default({}),
  /** absent: as a Pod of the cluster */
  kubeconfig: z.string().min(1).nullable().default(null),
  image,
  spark_in_image: z
    .string()
    .regex(/^(\/[A-Za-z0-9._-]+)+$/, 'please write a whole path')
    .default('/opt/spark'),
  service_account: pattern.default('spark'),
  data_claim: name,
  data_path: dataPath,
  /** where drivers reach the platform; default: its public address */
  agent_url: z
    .string()
    .regex(/^wss?:\/\/[^\s?#]+$/, 'please write ws://HOST:PORT or wss://HOST:PORT')
    .transform((url) => url.replace(/\/+$/, ''))
    .nullable()
    .default(null),
  image_pull_secrets: z.array(name).default([]),
  node_selector: nodeSelector,
  /** a file on this machine with what Pods have beside that */
  pod_template: z.string().regex(/^\//, 'please write a whole path').nullable().default(null),
  /** a Spark of the image's version on this machine, for finished applications; default: the platform's own */
  spark_home: z.string().min(1).nullable().default(null),
  /** what people read; default: its name */
  label: z.string().min(1).max(80).nullable().default(null),
});

const table = z.strictObject({
  namespace: name,
  /** absent: as a Pod of the cluster */
  kubeconfig: z.string().min(1).nullable().default(null),
  image,
  data_claim: name,
  data_path: dataPath,
  control_url: z
    .string()
    .regex(/^https?:\/\/[^/\s]+$/, 'please write an origin, such as http://emberlab.emberlab.svc:8080'),
  allowed_from: z
    .array(z.string())
    .superRefine((list, context) => {
      try {
        compileNetworks(list);
      } catch (error) {
        context.addIssue((error as Error).message);
      }
      for (const one of list)
        if (!one.includes('/')) context.addIssue(`please write ${one} as a network, such as ${one}/32`);
    })
    .default([]),
  service_account: name.nullable().default(null),
  image_pull_secrets: z.array(name).default([]),
  node_selector: nodeSelector,
});

/** The table [kubernetes]; in the environment the same as JSON. */
export const kubernetesSetting = z
  .union([z.record(z.string(), z.unknown()), z.string().transform(fromJson)], 'please write a table')
  .transform((given, context): KubernetesOptions => {
    const parsed = table.safeParse(given);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        const what =
          issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is not a setting of it` : issue.message;
        context.addIssue([...issue.path, what].join(': '));
      }
      return z.NEVER;
    }
    const { data } = parsed;
    return {
      namespace: data.namespace,
      kubeconfig: data.kubeconfig,
      image: data.image,
      dataClaim: data.data_claim,
      dataPath: data.data_path,
      controlUrl: data.control_url,
      allowedFrom: data.allowed_from,
      serviceAccount: data.service_account,
      imagePullSecrets: data.image_pull_secrets,
      nodeSelector: data.node_selector,
    };
  });

function fromJson(text: string, context: z.RefinementCtx): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  context.addIssue('please write a table');
  return z.NEVER;
}
