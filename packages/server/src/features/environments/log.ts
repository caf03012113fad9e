/** The part of pino that this feature uses. */
export type Log = Record<'info' | 'warn' | 'error', (details: Record<string, unknown>, message: string) => void>;
