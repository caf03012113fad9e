/** What a name says whose value may be a secret, as Spark's own pages have it and a little beyond. */
const secretName = /secret|passw|passphrase|token|credential|private.?key|api.?key|access.?key|account.?key/i;
/** `…provider` and `…provider.path` name classes and places. */
const provider = /provider(\.path)?$/i;
/** A password in an address, or an option of such a name within a value. */
const secretValue = [/:\/\/[^/\s:@]*:[^/\s@]+@/, /(secret|passw|token|credential|key)[\w.-]*=/i];

/** Whether the value of a property, or of an environment variable, may be a secret, by its name or by itself. */
export const mayBeSecret = (name: string, value: string): boolean =>
  (secretName.test(name) && !provider.test(name.trim())) || secretValue.some((pattern) => pattern.test(value));
