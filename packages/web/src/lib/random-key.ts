/** A random text that nobody has had before. `crypto.randomUUID` is missing where the dashboard is served over plain http from another host. */
export const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
