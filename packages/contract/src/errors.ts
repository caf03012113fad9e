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
  set_up_done: {
    status: 410,
    message: 'This link has been used or has expired. Please log in, or start again for a new one.',
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
    message: 'The Python environment is not ready. Please see its state on the Jupyter page.',
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
  ticket_expired: {
    status: 410,
    message: 'This link has been used or has expired. Please open it from the dashboard again.',
  },
  app_not_running: {
    status: 424,
    message: 'What this page belongs to is not running, or it is not yours. Please open it from the dashboard again.',
  },
  payload_too_large: { status: 413, message: 'The request is too large.' },
  too_many_requests: { status: 429, message: 'Too many attempts. Please wait a minute and try again.' },
  internal: {
    status: 500,
    message: 'Something went wrong on our side. Please try again; the log has the details under this request id.',
  },
  unreachable: {
    status: 502,
    message: 'The server behind this page does not answer. Please look at its log on the dashboard.',
  },
  driver_away: { status: 503, message: 'The Spark driver does not answer at the moment. Please try again.' },
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
