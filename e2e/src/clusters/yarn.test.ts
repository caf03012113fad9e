import { hadoopHome } from '../../../packages/server/src/testing/hadoop-cluster.ts';
import { EmberlabTarget } from '../livy/targets/emberlab.ts';
import { tryOnCluster } from '../livy/on-cluster.ts';
import { worksOn } from './works-on.ts';
import { yarn } from './yarn-cluster.ts';

const here = { skip: hadoopHome === undefined };

worksOn('YARN', yarn, here);
tryOnCluster(new EmberlabTarget('Emberlab on YARN', {}, yarn), here);
