import { hasNode } from '../../../packages/server/src/testing/minikubernetes.ts';
import { EmberlabTarget } from '../livy/targets/emberlab.ts';
import { tryOnCluster } from '../livy/on-cluster.ts';
import { kubernetes } from './kubernetes-cluster.ts';
import { worksOn } from './works-on.ts';

const here = { skip: !hasNode };

worksOn('Kubernetes', kubernetes, here);
tryOnCluster(new EmberlabTarget('Emberlab on Kubernetes', {}, kubernetes), here);
