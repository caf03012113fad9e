import { z } from 'zod';
import type { DockerOptions } from './spawners/docker/settings.ts';

const wholeNumber = (least: number, most: number) => z.number().int().min(least).max(most);

const table = z.strictObject({
  socket: z.string().startsWith('/', 'please write the path of the Unix socket').default('/var/run/docker.sock'),
  image: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._/:@-]*(:[A-Za-z0-9._-]+)?$/,
      'please write the name of an image, such as registry.example.org/emberlab:1',
    ),
  pull: z.boolean().default(true),
  control_url: z
    .string()
    .regex(/^https?:\/\/[^/\s]+$/, 'please write an origin, such as http://emberlab:8080')
    .nullable()
    .default(null),
  network: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'please write the name of a network')
    .refine((name) => !['host', 'none', 'bridge', 'default'].includes(name), 'please name a network of its own')
    .nullable()
    .default(null),
  internet: z.boolean().default(true),
  tmp_mb: wholeNumber(16, 1_000_000).default(1024),
  processes: wholeNumber(64, 1_000_000).default(4096),
});

/** The table [docker]; in the environment the same as JSON. */
export const dockerSetting = z
  .union([z.record(z.string(), z.unknown()), z.string().transform(fromJson)], 'please write a table')
  .transform((given, context): DockerOptions => {
    const parsed = table.safeParse(given);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        const what =
          issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is not a setting of it` : issue.message;
        context.addIssue([...issue.path, what].join(': '));
      }
      return z.NEVER;
    }
    const { control_url: controlUrl, tmp_mb: tmpMb, ...rest } = parsed.data;
    return { ...rest, controlUrl, tmpMb };
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
