import { tryContract } from './contract.ts';
import { EmberlabTarget } from './targets/emberlab.ts';

tryContract(new EmberlabTarget('Emberlab'));
