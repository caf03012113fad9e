import type { ClusterPlace } from '../../kubernetes/cluster.ts';
import type { DataVolume } from '../../kubernetes/data-volume.ts';

/** Where and how servers run as Pods: everything here is an administrator's. */
export type KubernetesOptions = ClusterPlace &
  DataVolume & {
    /** what servers run in: it has the Python, and the folder of Emberlab, at the same paths as this machine */
    readonly image: string;
    /** the origin under which Pods reach the platform */
    readonly controlUrl: string;
    /** who reaches servers: networks; empty: Pods of the same namespace that are labelled as Emberlab */
    readonly allowedFrom: readonly string[];
    /** as whom Pods run; null: as what the cluster has for Pods that name none */
    readonly serviceAccount: string | null;
    /** names of Secrets that images are pulled with */
    readonly imagePullSecrets: readonly string[];
    /** labels that a node has to have */
    readonly nodeSelector: Readonly<Record<string, string>>;
  };
