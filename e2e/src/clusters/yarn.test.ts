import { yarn } from './yarn-cluster.ts';
import { worksOn } from './works-on.ts';

worksOn('YARN', yarn);
