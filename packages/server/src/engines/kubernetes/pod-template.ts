import { readFile } from 'node:fs/promises';
import type { V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { z } from 'zod';
import { EngineError } from '../engine.ts';

const words = z.record(z.string(), z.string());
const object = z.record(z.string(), z.unknown());
const ownLabel = /^(?:emberlab\.io\/|spark-|app\.kubernetes\.io\/(?:managed-by|component)$)/;
const ownName = /^(?:data|tmp|spark-.*)$/;
const ownVariable = /^(?:EMBERLAB|SPARK)_/;

/** What Emberlab does not say itself. Everything else of a Pod is no administrator's template's to change. */
const schema = z.strictObject({
  apiVersion: z.literal('v1').optional(),
  kind: z.literal('Pod').optional(),
  metadata: z
    .strictObject({
      labels: words
        .refine((labels) => !Object.keys(labels).some((label) => ownLabel.test(label)), 'labels of Emberlab and Spark')
        .default({}),
      annotations: words.default({}),
    })
    .default({ labels: {}, annotations: {} }),
  spec: z
    .strictObject({
      nodeSelector: words.optional(),
      tolerations: z.array(object).optional(),
      affinity: object.optional(),
      topologySpreadConstraints: z.array(object).optional(),
      priorityClassName: z.string().optional(),
      schedulerName: z.string().optional(),
      runtimeClassName: z.string().optional(),
      hostAliases: z.array(object).optional(),
      dnsConfig: object.optional(),
      securityContext: z
        .strictObject({
          supplementalGroups: z.array(z.number().int().min(1)).optional(),
          fsGroup: z.number().int().min(1).optional(),
          fsGroupChangePolicy: z.string().optional(),
        })
        .default({}),
      volumes: z
        .array(
          z.looseObject({ name: z.string().refine((name) => !ownName.test(name), 'a volume of Emberlab or Spark') }),
        )
        .default([]),
      containers: z
        .array(
          z.strictObject({
            name: z.string().optional(),
            env: z
              .array(
                z.strictObject({
                  name: z.string().refine((name) => !ownVariable.test(name), 'a variable of Emberlab or Spark'),
                  value: z.string(),
                }),
              )
              .default([]),
            volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string().regex(/^\//) })).default([]),
          }),
        )
        .max(1)
        .default([]),
    })
    .default({ securityContext: {}, volumes: [], containers: [] }),
});

export type PodTemplate = z.infer<typeof schema>;

/** Whether one path is the other, or lies in it. */
const touches = (a: string, b: string): boolean =>
  `${a}/`.startsWith(`${b.replace(/\/+$/, '')}/`) || `${b}/`.startsWith(`${a.replace(/\/+$/, '')}/`);

/**
 * Reads what an administrator wants Pods of drivers and executors to have beside what Emberlab gives them. `taken`: paths where nothing else may be mounted.
 * Throws an `EngineError` that says what is not for it.
 */
export async function readPodTemplate(file: string, taken: readonly string[]): Promise<PodTemplate> {
  const problem = (what: string, cause?: unknown) =>
    new EngineError(`The Pod template ${file} can’t be used: ${what}. Please ask an administrator.`, { cause });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw problem('there is no such file, or Emberlab may not read it', cause);
  });
  let written: unknown;
  try {
    written = parse(text) ?? {};
  } catch (cause) {
    throw problem('it is no YAML', cause);
  }
  const read = schema.safeParse(written);
  if (!read.success) {
    const [issue] = read.error.issues;
    const at = (issue?.path ?? []).join('.');
    const named =
      issue?.code === 'unrecognized_keys' ? issue.keys.map((key) => [at, key].filter(Boolean).join('.')) : [at];
    throw problem(
      issue?.code === 'unrecognized_keys' || issue?.code === 'custom'
        ? `${named.join(', ')} is not a template’s to set, but Emberlab’s`
        : `${named.join(', ')}: ${issue?.message ?? ''}`,
    );
  }
  const mounts = read.data.spec.containers.flatMap(({ volumeMounts }) => volumeMounts);
  for (const { name, mountPath } of mounts) {
    if (taken.some((path) => touches(mountPath, path))) throw problem(`nothing else is mounted at ${mountPath}`);
    if (!read.data.spec.volumes.some((volume) => volume.name === name)) throw problem(`it has no volume ${name}`);
  }
  return read.data;
}

/** A Pod of ours with what a template has. What both name is as Emberlab has it. */
export function withTemplate(pod: V1Pod, { metadata, spec }: PodTemplate): V1Pod {
  const { containers, volumes, securityContext, nodeSelector, ...rest } = spec;
  const [container] = pod.spec?.containers ?? [];
  const [more] = containers;
  const given = pod.spec as V1PodSpec;
  const selector = { ...nodeSelector, ...given.nodeSelector };
  const merged: V1PodSpec = Object.assign({}, rest, given, {
    ...(Object.keys(selector).length === 0 ? {} : { nodeSelector: selector }),
    securityContext: Object.assign({}, securityContext, given.securityContext),
    volumes: [...(given.volumes ?? []), ...volumes],
    containers: [
      Object.assign({}, container, {
        env: [...(container?.env ?? []), ...(more?.env ?? [])],
        volumeMounts: [...(container?.volumeMounts ?? []), ...(more?.volumeMounts ?? [])],
      }),
    ],
  });
  const named = Object.assign({}, pod.metadata, {
    labels: { ...metadata.labels, ...pod.metadata?.labels },
    ...(Object.keys(metadata.annotations).length === 0 ? {} : { annotations: metadata.annotations }),
  });
  return Object.assign({}, pod, { metadata: named, spec: merged });
}
