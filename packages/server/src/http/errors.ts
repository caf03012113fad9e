import { errorTable, type ErrorCode } from '@emberlab/contract';

/** An answer that says no, by its code in the contract's table. `message` replaces the table's sentence where a better one is known. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: readonly { path: string; message: string }[];

  constructor(
    code: ErrorCode,
    options: { message?: string; details?: readonly { path: string; message: string }[]; cause?: unknown } = {},
  ) {
    super(options.message ?? errorTable[code].message, { cause: options.cause });
    this.code = code;
    this.status = errorTable[code].status;
    this.details = options.details ?? [];
  }
}
