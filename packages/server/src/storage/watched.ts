/** What is written, and whether its source has failed: that is the source's own fault, not the storage's, and is told as it is. */
export function watched(content: AsyncIterable<Uint8Array>) {
  let failed: { readonly error: unknown } | null = null;
  return {
    content: (async function* watching() {
      try {
        yield* content;
      } catch (error) {
        failed = { error };
        throw error;
      }
    })(),
    failed: (): boolean => failed !== null,
    failure: (): unknown => failed?.error,
  };
}
