import { EmberlabTarget } from '../livy/targets/emberlab.ts';
import { tryOnCluster } from '../livy/on-cluster.ts';
import { standalone } from './standalone-cluster.ts';
import { worksOn } from './works-on.ts';

worksOn('a standalone cluster', standalone);
tryOnCluster(new EmberlabTarget('Emberlab on a standalone cluster', {}, standalone));
