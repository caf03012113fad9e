export { importConfiguration } from '@emberlab/contract';
