import type { RouteName, Routes } from './routes.ts';

/** Where a request says what it is about: a field of its path, query or body, or the end of the address of what it has made. */
export type TargetPath = `${'params' | 'query' | 'body'}.${string}` | 'location';

/** What a request is called in the audit log. */
export type AuditAction = { readonly action: string; readonly target?: TargetPath };

/** Routes that change something, by their method. */
export type ChangingRoute = { [N in RouteName]: Routes[N]['method'] extends 'GET' ? never : N }[RouteName];

/**
 * What each route is called in the audit log. Every route that changes something is here, by its type; null is for those whose method says so although
 * they change nothing. A read is here where reading it is worth a line.
 */
export const auditActions: Readonly<
  Record<ChangingRoute, AuditAction | null> & Partial<Record<RouteName, AuditAction | null>>
> = {
  'auth.setUp': { action: 'platform.set-up', target: 'body.email' },
  'auth.logIn': { action: 'user.log-in', target: 'body.email' },
  'auth.logOut': { action: 'user.log-out' },
  'auth.openId': null,
  'auth.openIdCallback': { action: 'user.log-in' },
  'auth.cli': { action: 'user.log-in-cli' },
  'me.setPassword': { action: 'user.set-password' },
  'me.linkOpenId': null,
  'me.unlinkOpenId': { action: 'user.unlink-provider' },
  'me.grantCli': { action: 'token.grant-cli' },
  'me.endLogin': { action: 'login.end', target: 'params.id' },
  'me.endOtherLogins': { action: 'login.end-others' },
  'me.createToken': { action: 'token.create', target: 'body.name' },
  'me.deleteToken': { action: 'token.revoke', target: 'params.id' },
  'serviceAccounts.create': { action: 'account.create', target: 'body.name' },
  'serviceAccounts.remove': { action: 'account.remove', target: 'params.id' },
  'serviceAccounts.createToken': { action: 'token.create', target: 'params.id' },
  'serviceAccounts.deleteToken': { action: 'token.revoke', target: 'params.id' },
  'projects.create': { action: 'project.create', target: 'body.name' },
  'projects.change': { action: 'project.change', target: 'body.label' },
  'projects.archive': { action: 'project.archive' },
  'projects.unarchive': { action: 'project.unarchive' },
  'projects.delete': { action: 'project.delete' },
  'projects.addMembers': { action: 'member.add' },
  'projects.setMember': { action: 'member.set-role', target: 'params.email' },
  'projects.removeMember': { action: 'member.remove', target: 'params.email' },
  'projects.leave': { action: 'member.leave' },
  'projects.invite': { action: 'invitation.create', target: 'body.email' },
  'projects.withdrawInvitation': { action: 'invitation.withdraw', target: 'params.id' },
  'invitations.show': null,
  'invitations.accept': { action: 'invitation.accept' },
  'environment.rebuild': { action: 'environment.rebuild' },
  'configuration.saveDefaults': { action: 'configuration.save-defaults' },
  'configuration.check': null,
  'files.upload': { action: 'file.upload', target: 'query.name' },
  'jupyter.saveConfiguration': { action: 'configuration.save' },
  'jupyter.resetConfiguration': { action: 'configuration.reset' },
  'jupyter.start': { action: 'server.start' },
  'jupyter.stop': { action: 'server.stop' },
  'jupyter.extend': { action: 'server.extend' },
  'jupyter.open': { action: 'server.open' },
  'sessions.stop': { action: 'session.stop', target: 'params.id' },
  'sessions.openUi': { action: 'session.open-ui', target: 'params.id' },
  'livy.set': { action: 'livy.set', target: 'body.url' },
  'livy.remove': { action: 'livy.remove' },
  'livy.test': { action: 'livy.test', target: 'body.url' },
  'batches.stop': { action: 'batch.stop', target: 'params.id' },
  'audit.export': { action: 'audit.export' },
  'audit.exportOfProject': { action: 'audit.export' },
};
