import { mergeConfig } from 'vitest/config';
import server from './vitest.config.ts';

/** What runs on PostgreSQL too, where there is one (`scripts/with-postgres.ts`): the tests of every store, and of what rests on them. Tests in which a fake clock
 * runs while a query is on its way are left out. */
const config = mergeConfig(server, {
  test: {
    name: 'server on PostgreSQL',
    env: { EMBERLAB_TEST_DATABASE: 'postgres' },
    globalSetup: './src/testing/postgres.ts',
    // Files share the modules, and so the emptied databases: half of the time went into making both anew.
    isolate: false,
  },
});
// Lists would be joined.
config.test = {
  ...config.test,
  include: [
    'src/db/**/*.test.ts',
    'src/edge/store.test.ts',
    'src/identities/unix/store.test.ts',
    'src/features/{admin,announcements,audit,configurations,engines,limits,metrics,notebooks,projects}/**/*.test.ts',
    'src/features/alerts/{alerts,deliveries,slow}.test.ts',
    'src/features/environments/store.test.ts',
    'src/features/jobs/jobs.test.ts',
    'src/features/jobs/executions/{begin,executions,executors,places,python-runs,queue,retention,rights,spark-runs,state}.test.ts',
    'src/features/jobs/schedule/**/{schedules,backfills,chains,worker,many,many-queries}.test.ts',
    'src/features/users/**/{store,users,logins,cli,tokens,service-accounts}.test.ts',
    'src/features/servers/{activity,app-routes,launch,limits,notebook-watch,restart,routes}.test.ts',
    'src/features/sessions/{access,engines,restart,routes,statement-store}.test.ts',
    'src/features/sessions/{batches/batches,batches/dashboard,batches/lifecycle,history/history,livy/idempotency,metrics/store}.test.ts',
    'src/features/sessions/external/{batches,livy-store,settings,statements}.test.ts',
    'src/**/*.postgres.test.ts',
  ],
  exclude: [],
};
export default config;
