// Layer rules: each says what IS allowed. scripts/check-layers.ts runs them and fails when too few modules were seen. Tests may import what they
// test; they are left out, also because the parser does not know `using` yet.
const server = '^packages/server/src/';
const feature = (name) => `${server}features/${name}/`;
/**
 * users ← projects ← {limits ← files ← {examples, notebooks, configurations}, environments}; profiles ← configurations; configurations and environments ← servers; environments ← sessions; all of these ← jobs: a feature may use those
 * before it, through their index.ts; admin looks at all of them. audit knows none of them; they tell it through http/audit-trail.ts.
 */
const order = {
  audit: [],
  metrics: [],
  users: [],
  projects: ['users'],
  announcements: [],
  alerts: [],
  limits: ['users', 'projects'],
  engines: ['projects'],
  profiles: [],
  files: ['users', 'projects', 'limits'],
  examples: ['files'],
  notebooks: ['users', 'projects', 'files'],
  configurations: ['users', 'projects', 'files', 'profiles'],
  environments: ['users', 'projects'],
  servers: ['users', 'projects', 'profiles', 'limits', 'configurations', 'environments'],
  sessions: ['users', 'projects', 'limits', 'environments'],
  jobs: ['users', 'projects', 'limits', 'files', 'notebooks', 'configurations', 'environments', 'servers', 'sessions'],
  admin: ['users', 'projects', 'environments', 'servers', 'sessions', 'metrics'],
};

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules depend on each other in one direction.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'contract-alone',
      comment: 'The contract may import zod and itself, nothing else.',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^packages/contract/src/|node_modules/zod/' },
    },
    {
      name: 'web-through-contract',
      comment: 'The dashboard knows the server by the contract alone.',
      severity: 'error',
      from: { path: '^packages/web/' },
      to: { path: '^packages/(server|cli)/' },
    },
    {
      name: 'docs-alone',
      comment: 'The site knows the pages in docs/, no code: it may import itself and packages.',
      severity: 'error',
      from: { path: '^packages/docs/' },
      to: { path: '^(packages/(?!docs/)|jupyter/|scripts/)' },
    },
    {
      name: 'lab-through-contract',
      comment: "The JupyterLab extension may use the contract and what the dashboard's package exports.",
      severity: 'error',
      from: { path: '^jupyter/lab/src/' },
      to: {
        path: '^packages/',
        pathNot:
          '^packages/contract/|^packages/web/src/(lib/(event-stream|page-in-use|time)|features/jupyter/(bounds|time-left))\\.ts$',
      },
    },
    {
      name: 'cli-through-admin',
      comment: 'The command line may use packages/server/src/admin.ts and maintenance/index.ts.',
      severity: 'error',
      from: { path: '^packages/cli/' },
      to: { path: server, pathNot: `${server}(admin|maintenance/index)\\.ts$` },
    },
    {
      name: 'lib-alone',
      comment: 'lib/ has no domain words: it may import itself and packages.',
      severity: 'error',
      from: { path: `${server}lib/` },
      to: { path: server, pathNot: `${server}lib/` },
    },
    {
      name: 'kubernetes-alone',
      comment: 'What spawner and engine share of Kubernetes may import itself, lib/ and packages.',
      severity: 'error',
      from: { path: `${server}kubernetes/` },
      to: { path: server, pathNot: `${server}(kubernetes|lib)/` },
    },
    {
      name: 'edge-no-features',
      comment:
        'The edge knows targets and grants: it may import edge/, lib/, db/, http/errors.ts, config.ts and the contract.',
      severity: 'error',
      from: { path: `${server}edge/` },
      to: {
        path: server,
        pathNot: `${server}(edge|lib|db|testing)/|${server}(http/errors|config|supervise/messages)\\.ts$`,
      },
    },
    {
      name: 'http-no-features',
      comment: 'http/ gets what it needs from features injected.',
      severity: 'error',
      from: { path: `${server}http/` },
      to: { path: `${server}(features|engines|spawners|identities|edge)/` },
    },
    {
      name: 'ports-only',
      comment:
        'Features may import engine.ts, spawner.ts, profile.ts, identities.ts and edge/ports.ts; adapters are named in platform.ts alone.',
      severity: 'error',
      from: { path: `${server}features/`, pathNot: '\\.test\\.ts$' },
      to: {
        path: `${server}(engines|spawners|identities|edge)/`,
        pathNot:
          '(engines/engine|spawners/spawner|spawners/profile|identities/identities|edge/ports|edge/protocol)\\.ts$',
      },
    },
    ...Object.entries(order).map(([name, allowed]) => ({
      name: `feature-${name}`,
      comment:
        allowed.length === 0
          ? `${name} may import no other feature.`
          : `${name} may import ${allowed.join(', ')}, each through its index.ts.`,
      severity: 'error',
      from: { path: feature(name) },
      to: {
        path: `${server}features/`,
        pathNot: [feature(name), ...allowed.map((other) => `${feature(other)}index\\.ts$`)],
      },
    })),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/|\\.(test|contract|fixture)\\.tsx?$|^e2e/|/testing/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
    },
  },
};
