import { z } from 'zod';
import { profileWord } from '../configuration/bounds.ts';
import { projectName } from './projects.ts';

/** Memory and cores of a server. */
const share = z.object({
  memoryMb: z.number().int().nullable().meta({ description: 'null: as much as there is' }),
  cores: z.number().nullable().meta({ description: 'null: as many as there are' }),
});

/** What Jupyter servers may run in, as administrators have set it, for members to choose. */
export const profileChoice = z.object({
  name: z.string().regex(profileWord),
  label: z.string().meta({ description: 'for people' }),
  description: z.string().nullable(),
  image: z.string(),
  gives: share.meta({ description: "what a server gets whose configuration doesn't say" }),
  most: share.meta({ description: 'what configurations may ask for; null: nothing bounds that' }),
});
export type ProfileChoice = z.infer<typeof profileChoice>;

/** A profile as administrators see it. */
export const serverProfile = profileChoice.extend({
  isDefault: z.boolean().meta({ description: 'configurations that name no profile get it' }),
  projects: z.array(projectName).nullable().meta({ description: 'those that may use it; null: all' }),
  places: z
    .array(z.string())
    .meta({ description: 'on Kubernetes: labels that a node has to have, and taints that do not matter' }),
});
export type ServerProfile = z.infer<typeof serverProfile>;
