import { describe, test } from 'vitest';
import { tryContract } from './contract.ts';
import { apacheLivy } from './targets/apache-livy.ts';

const url = process.env['EMBERLAB_TEST_LIVY_URL'];
const target = url === undefined ? null : await apacheLivy(url, process.env['EMBERLAB_TEST_LIVY_FILES']);

describe.runIf(target !== null)('a server of Apache Livy (needs EMBERLAB_TEST_LIVY_URL)', () => {
  if (target !== null) tryContract(target);
  test('is tried with the version that it says', ({ expect }) => expect(target?.version).toMatch(/^\d+\./));
});
