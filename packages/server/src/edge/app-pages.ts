/**
 * What the page of an app may ask of control about that app, on the app's own origin, and where control answers it. Everything else below `/-/` is the
 * edge's alone.
 */
const atControl: ReadonlyMap<string, string> = new Map([
  ['GET /-/server', '/app/server'],
  ['POST /-/server/extend', '/app/server/extend'],
  ['POST /-/sessions/stop', '/app/sessions/stop'],
]);

/** Control's path for a request of an app's page; null: it is not for control. */
export const pathAtControl = (method: string, path: string): string | null =>
  atControl.get(`${method} ${path}`) ?? null;
