/** The part of a pino logger that the edge uses. */
export type EdgeLog = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>;
