/** The part of a pino logger that is used: the fields of the line, then what it says. */
export type Log = Record<'info' | 'warn' | 'error', (details: Record<string, unknown>, message: string) => void>;
