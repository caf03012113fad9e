import { z } from 'zod';

// Zod compiles its parsers with `new Function` where it can. The page's policy forbids that, and the attempt alone would be reported as a
// violation, so it is turned off before any schema is made: this module must be the first import of `main.tsx`.
z.config({ jitless: true });
