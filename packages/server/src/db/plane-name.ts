import { hostname } from 'node:os';

/** How a control plane calls itself at the database. PostgreSQL keeps 63 bytes of it. */
export const planeName = (): string => `emberlab on ${hostname().slice(0, 30)}, process ${process.pid}`;
