import { z } from 'zod';

/**
 * Every error that the API can answer. `status` is HTTP's; `message` is for the user: what happened and what to do. `docs/reference/errors.md`
 * is made from this table; `./test checks` compares the two.
 */
export const errorTable = {
  bad_request: { status: 400, message: 'The request could not be read. Please check its fields.' },
  not_logged_in: { status: 401, message: 'Please log in.' },
  wrong_credentials: { status: 401, message: 'The e-mail address or the password is wrong.' },
  weak_password: { status: 400, message: 'This password is easy to guess. Please choose another.' },
  too_many_guesses: {
    status: 429,
    message: 'There were too many wrong passwords for this account. Please try again in a quarter of an hour.',
  },
  login_needed: {
    status: 403,
    message: 'A token cannot do this: please log in to the dashboard with a browser.',
  },
  token_limited: {
    status: 403,
    message: 'This token may not do that. Please make one that may, on the account page.',
  },
  openid_unavailable: {
    status: 503,
    message:
      'The service that you log in with does not answer. Please try again in a moment, or tell an administrator.',
  },
  openid_failed: { status: 401, message: 'That login was refused. Please try again.' },
  openid_expired: {
    status: 410,
    message: 'That login took too long, or was begun in another window. Please begin again.',
  },
  openid_email: {
    status: 403,
    message: 'The service that you log in with does not vouch for your e-mail address. Please have it verified there.',
  },
  openid_not_linked: {
    status: 409,
    message:
      'There is an account with your e-mail address already. Please log in to it as you did before, and link the two on your account page.',
  },
  openid_taken: {
    status: 409,
    message: 'This login belongs to another account, or your account has one already.',
  },
  openid_no_account: {
    status: 403,
    message: 'There is no account here for you. Please ask an administrator for one.',
  },
  cli_code: {
    status: 410,
    message: 'This code has been used or has expired. Please run emberlab login again.',
  },
  forbidden: { status: 403, message: 'Your role does not allow this. Please ask an owner of the project.' },
  cross_site: { status: 403, message: 'This request came from another site and was refused.' },
  not_found: { status: 404, message: 'There is nothing here, or it is not yours to see.' },
  method_not_allowed: { status: 405, message: 'This address does not take that method.' },
  name_taken: { status: 409, message: 'That name is taken. Please choose another.' },
  files_unavailable: {
    status: 503,
    message: 'The storage of the files does not answer at the moment. Please try again.',
  },
  project_archived: {
    status: 409,
    message: 'This project is archived, so nothing in it can be changed. An owner can unarchive it in its settings.',
  },
  project_active: { status: 409, message: 'This project is in use already.' },
  project_deleting: { status: 409, message: 'This project is being deleted.' },
  wrong_name: { status: 409, message: 'This is not the name of the project. Please enter it exactly.' },
  last_owner: {
    status: 409,
    message: 'A project has to have an owner. Please make somebody else an owner first, or delete the project.',
  },
  no_such_user: {
    status: 409,
    message: 'Nobody has an account with this address. Please send them an invitation.',
  },
  invitation_over: {
    status: 410,
    message: 'This invitation has been used, was withdrawn or has expired. Please ask an owner for a new one.',
  },
  invitation_for_another: {
    status: 403,
    message: 'This invitation is for another e-mail address. Please log in with that one, or ask for a new invitation.',
  },
  set_up_done: {
    status: 410,
    message: 'This link has been used or has expired. Please log in, or start again for a new one.',
  },
  last_administrator: {
    status: 409,
    message: 'There has to be an administrator. Please make somebody else one first.',
  },
  own_account: {
    status: 409,
    message: 'This is your own account. Please ask another administrator.',
  },
  limit_reached: {
    status: 409,
    message: 'This would go beyond a limit. An administrator can raise it.',
  },
  engine_not_allowed: {
    status: 409,
    message: 'The project may not use this engine. Please choose another one, or ask an administrator.',
  },
  server_not_running: { status: 409, message: 'Jupyter is not running. Please press Run Jupyter first.' },
  server_running: { status: 409, message: 'Jupyter is running with another configuration. Please stop it first.' },
  most_time: { status: 409, message: 'Jupyter has as much time left as the administrator allows.' },
  server_stopping: { status: 409, message: 'Jupyter is being stopped. Please wait a moment and try again.' },
  notebook_missing: {
    status: 409,
    message: 'The notebook is no longer there: it was moved, renamed or deleted. Please look for it in Jupyter.',
  },
  environment_not_ready: {
    status: 409,
    message:
      'The Python environment is not ready. Please see its state on the Jupyter page, or with GET /api/v1/projects/{project}/environment; a new one is ready after a moment.',
  },
  library_needed: {
    status: 409,
    message: 'Something needs what would be removed. Please look at what will not work any more, and confirm it.',
  },
  library_missing: { status: 409, message: 'This library is not installed.' },
  library_protected: {
    status: 409,
    message: 'This library is a part of Emberlab itself, and cannot be removed or replaced.',
  },
  library_refused: {
    status: 403,
    message: 'The administrator does not allow this library here. Please ask them, or take another.',
  },
  environment_busy: {
    status: 409,
    message: 'Too many changes of this environment wait already. Please wait until some are done, or cancel them.',
  },
  operation_over: { status: 409, message: 'This change has ended already, so it cannot be cancelled.' },
  revision_gone: {
    status: 409,
    message: 'This revision never worked, or is no longer known in full. Please choose another.',
  },
  index_unreachable: {
    status: 503,
    message: 'The package index does not answer. Please try again in a moment, or tell an administrator.',
  },
  session_ended: { status: 409, message: 'This Spark application has ended.' },
  ui_unavailable: {
    status: 409,
    message: 'The Spark UI of this application is not up yet. Please try again in a moment.',
  },
  log_unavailable: {
    status: 409,
    message: 'The log of this executor cannot be read. It may be gone with the machine that it was on.',
  },
  execution_running: { status: 409, message: 'This run has not ended. Please stop it first.' },
  ticket_expired: {
    status: 410,
    message: 'This link has been used or has expired. Please open it from the dashboard again.',
  },
  app_not_running: {
    status: 424,
    message: 'What this page belongs to is not running, or it is not yours. Please open it from the dashboard again.',
  },
  piece_misplaced: { status: 409, message: 'More or less of this file is there. Please go on from there.' },
  payload_too_large: { status: 413, message: 'The request is too large.' },
  too_many_requests: { status: 429, message: 'Too many attempts. Please wait a minute and try again.' },
  disk_full: {
    status: 507,
    message:
      'The disk of the platform is full, so nothing was changed. Please try again when there is room, or tell an administrator.',
  },
  internal: {
    status: 500,
    message: 'Something went wrong on our side. Please try again; the log has the details under this request id.',
  },
  unreachable: {
    status: 502,
    message: 'The server behind this page does not answer. Please look at its log on the dashboard.',
  },
  driver_away: { status: 503, message: 'The Spark driver does not answer at the moment. Please try again.' },
  database_away: {
    status: 503,
    message: 'The database cannot be reached at the moment. Please try again in a moment, or tell an administrator.',
  },
  unavailable: { status: 503, message: 'Emberlab is starting. Please try again in a moment.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errorTable;

/** The body of every error answer. */
export const errorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;
