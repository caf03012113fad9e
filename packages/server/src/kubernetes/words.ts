/** What Pods and policies of ours are known by. `platform`: which Emberlab made them; several may share a namespace. */
export const labels = {
  managed: 'app.kubernetes.io/managed-by',
  part: 'app.kubernetes.io/component',
  platform: 'emberlab.io/platform',
  server: 'emberlab.io/server',
  session: 'emberlab.io/session',
  batch: 'emberlab.io/batch',
  driver: 'emberlab.io/driver',
  project: 'emberlab.io/project',
  user: 'emberlab.io/user',
  profile: 'emberlab.io/profile',
} as const;

/** A word for a manifest: ids of ours, and names of projects. Nothing else of what people write can come there; throws. */
export const safe = (word: string): string => {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(word)) return word;
  throw new Error(`${JSON.stringify(word)} can't be part of a manifest`);
};

/** Chooses what has a label. */
export const selectorFor = (label: string, value: string): string => `${label}=${safe(value)}`;
