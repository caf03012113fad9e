// Zod compiles its parsers with `new Function` where it can. The page's policy forbids that, and the attempt alone would be reported as a
// violation, so it is turned off before any schema is made: this module must be the first import of `main.tsx`. It is told where zod looks, since
// the library itself comes only with the pages that need it.
export const zodSettings = { jitless: true };
Object.assign(globalThis, { __zod_globalConfig: zodSettings });
