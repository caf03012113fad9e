/** So deep values of parameters may be nested. What goes on for ever is walked through by nobody: each reader of it has a stack that ends. */
export const mostDepth = 32;

/** Whether a value of JSON is nested no deeper than values may be. */
export function isShallow(value: unknown, most = mostDepth): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return false;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return true;
}
