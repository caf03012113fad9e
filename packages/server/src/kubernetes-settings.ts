import { z } from 'zod';
import { compileNetworks } from './lib/addresses.ts';
import type { KubernetesOptions } from './spawners/kubernetes/settings.ts';

const name = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'please write a name as Kubernetes has them');
const label = z
  .string()
  .regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, 'please write a value as labels have them');

const table = z.strictObject({
  namespace: name,
  /** absent: as a Pod of the cluster */
  kubeconfig: z.string().min(1).nullable().default(null),
  image: z
    .string()
    .regex(/^[a-z0-9][^\s]*$/, 'please write the name of an image, such as registry.example.org/emberlab:1'),
  data_claim: name,
  data_path: z
    .string()
    .regex(
      /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
      'please write a path on the volume, without / in front',
    )
    .or(z.literal(''))
    .default(''),
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
  node_selector: z.record(z.string().min(1), label).default({}),
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
