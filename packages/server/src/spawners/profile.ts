import { SpawnError, type ServerLimits } from './spawner.ts';

/** A taint of nodes that does not keep servers away, as Kubernetes has it. */
export type Toleration = {
  /** absent: any */
  readonly key?: string;
  readonly operator: 'Equal' | 'Exists';
  readonly value?: string;
  /** absent: all */
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
};

/** What servers may run in instead of what the spawner has for all of them: everything here is an administrator's. */
export type Profile = {
  /** a plain word: all that members say */
  readonly name: string;
  /** what people read */
  readonly label: string;
  readonly description: string | null;
  readonly image: string;
  /** what a server gets whose configuration doesn't say */
  readonly gives: ServerLimits;
  /** what configurations may ask for; null: nothing bounds that */
  readonly most: ServerLimits;
  /** labels that a node has to have beside those of the spawner, on Kubernetes */
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /** names of those that may use it; null: all */
  readonly projects: readonly string[] | null;
};

/** How sentences name an image: with the profile that it is of, where it is of one. */
export const imageWords = (image: string, profile: Pick<Profile, 'label'> | null): string =>
  profile === null ? `The image ${image}` : `The image of the profile “${profile.label}”, ${image},`;

/** A profile of a spawner's settings; null for a server that has none. Throws a `SpawnError` for one that is gone. */
export function findProfile(profiles: readonly Profile[], name: string | null): Profile | null {
  if (name === null) return null;
  const found = profiles.find((one) => one.name === name);
  if (found === undefined) throw new SpawnError(`There is no profile ${name} any more. Please choose another one.`);
  return found;
}
