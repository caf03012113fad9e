import type { SessionRequest } from '../model.ts';

/** What a driver that waits has touched of its heap at most, and what its processes take beside: together about 0.5 GB were measured. */
const touched = 512 * 1024 ** 2;
const beside = 300 * 1024 ** 2;
/** Spark's own, where a request names none. */
const defaultHeap = '1g';
const unitBytes: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** The heap of a driver with this request, bytes. */
export function heapBytes(request: SessionRequest): number {
  const [, number = '1', unit = 'g'] = /^(\d+)([kmgt])b?$/i.exec(request.driverMemory ?? defaultHeap) ?? [];
  return Number(number) * (unitBytes[unit.toLowerCase()] ?? 1);
}

/** The memory that a driver with this request takes while it waits, bytes: its heap grows with what it is given to do. */
export const waitingBytes = (request: SessionRequest): number => Math.min(heapBytes(request), touched) + beside;
