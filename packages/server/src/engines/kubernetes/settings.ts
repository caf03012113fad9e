import type { DataVolume } from '../../kubernetes/data-volume.ts';

/** Where and how drivers and executors run as Pods: everything here is an administrator's. */
export type KubernetesPlaces = DataVolume & {
  /** the namespace of Pods; `{project}` in it is the project's name */
  readonly namespace: string;
  /** those of single projects that have another one, by their names */
  readonly namespaces: Readonly<Record<string, string>>;
  /** what drivers and executors run in: it has Java, Spark, and the Python that environments are made from, at the same path as this machine */
  readonly image: string;
  /** Spark in the image, absolute */
  readonly sparkInImage: string;
  /** as whom drivers speak to the cluster; `{project}` in it is the project's name */
  readonly serviceAccount: string;
  /** names of Secrets that images are pulled with */
  readonly imagePullSecrets: readonly string[];
  /** labels that a node has to have */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** a file with what Pods have beside all this; null: nothing */
  readonly podTemplate?: string | null;
};

/** The same for one project. */
export type ProjectPlaces = Omit<KubernetesPlaces, 'namespaces'>;

export function placesOf({ namespaces, ...places }: KubernetesPlaces, project: string): ProjectPlaces {
  const named = (pattern: string) => pattern.replaceAll('{project}', project);
  return {
    ...places,
    namespace: Object.hasOwn(namespaces, project) ? (namespaces[project] ?? '') : named(places.namespace),
    serviceAccount: named(places.serviceAccount),
  };
}
