import { standalone } from './standalone-cluster.ts';
import { worksOn } from './works-on.ts';

worksOn('a standalone cluster', standalone);
