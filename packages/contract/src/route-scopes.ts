import type { RouteName } from './routes.ts';
import type { Scope } from './schemas/users.ts';

/**
 * What a token needs to call a route: a scope; `none` where no right is needed, or every token has it; `login`: no token may, since what it made would
 * outlive it. `everywhere`: also for tokens of some projects alone, though the route is of no project.
 */
export type ScopeRule = Scope | 'none' | 'login' | { scope: Scope; everywhere: true };

/** The rule of every route. One without a rule does not compile; the server's router asks nothing else. */
export const routeScopes: Readonly<Record<RouteName, ScopeRule>> = {
  'auth.state': 'none',
  'auth.setUp': 'none',
  'auth.logIn': 'none',
  'auth.logOut': 'none',
  'me.get': { scope: 'read', everywhere: true },
  'me.signIn': 'login',
  'me.setPassword': 'login',
  'me.logins': 'login',
  'me.endLogin': 'login',
  'me.endOtherLogins': 'login',
  'me.tokens': 'login',
  'me.createToken': 'login',
  'me.deleteToken': 'login',
  'system.get': { scope: 'read', everywhere: true },
  // the list has only what the token opens
  'projects.list': { scope: 'read', everywhere: true },
  'projects.create': 'manage',
  'projects.get': 'read',
  'projects.members': 'read',
  'projects.events': 'read',
  'environment.get': 'read',
  'environment.log': 'read',
  'environment.rebuild': 'manage',
  'configuration.defaults': 'read',
  'configuration.saveDefaults': 'manage',
  'configuration.place': 'read',
  'configuration.check': 'read',
  'files.list': 'read',
  'files.entry': 'read',
  'files.upload': 'run',
  'jupyter.configuration': 'read',
  'jupyter.saveConfiguration': 'run',
  'jupyter.resetConfiguration': 'run',
  'jupyter.server': 'read',
  'jupyter.start': 'run',
  'jupyter.stop': 'run',
  'jupyter.extend': 'run',
  // opens a place where anything can be run
  'jupyter.open': 'run',
  'jupyter.runs': 'read',
  'jupyter.log': 'read',
  'notebooks.recent': 'read',
  'notebooks.runs': 'read',
  'sessions.list': 'read',
  'sessions.get': 'read',
  'sessions.stop': 'run',
  'sessions.log': 'read',
  // a Spark UI can stop jobs
  'sessions.openUi': 'run',
  'sessions.metrics': 'read',
  'sessions.executors': 'read',
  'sessions.executorLog': 'read',
  'livy.get': 'read',
  'livy.set': 'manage',
  'livy.remove': 'manage',
  'livy.test': 'manage',
  'batches.list': 'read',
  'batches.get': 'read',
  'batches.stop': 'run',
  'batches.log': 'read',
};
