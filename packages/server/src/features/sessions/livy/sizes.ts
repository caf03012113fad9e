import { bytesOf } from '../memory-size.ts';
import { rejected } from './errors.ts';

/** What Spark keeps for itself, 300 MB, one and a half times: with less no driver and no executor starts. */
const leastMb = 450;

const megabyte = 1024 ** 2;

/** Throws Livy's 400 for what is no size, and for one with which Spark would not start. */
export function checkMemory(field: string, value: string | null): void {
  if (value === null) return;
  const bytes = bytesOf(value);
  if (bytes !== null && bytes >= leastMb * megabyte) return;
  const reason = bytes === null ? '' : ` Spark needs at least ${leastMb} MB.`;
  throw rejected(
    `"${field}" can't be "${value.slice(0, 100)}".${reason} Please write a number and a unit, such as 1g or 512m.`,
  );
}

/** Throws Livy's 400 for a number of cores or executors that is below 0; 0 means that nothing is said, as in what a GET answers. */
export function checkCount(field: string, value: number | null): void {
  if (value !== null && value < 0) throw rejected(`"${field}" can't be ${value}. Please write a number from 1.`);
}

const sizes = new Set(['spark.driver.memory', 'spark.executor.memory']);
const counts = new Set(['spark.driver.cores', 'spark.executor.cores']);

/** The same for a property that says such a size. */
export function checkSizeProperty(name: string, value: string): void {
  const key = name.toLowerCase();
  if (sizes.has(key)) checkMemory(name, value);
  if (counts.has(key) && !/^\s*0*[1-9]\d{0,8}\s*$/.test(value)) {
    throw rejected(`"${name}" can't be "${value.slice(0, 100)}". Please write a whole number from 1.`);
  }
}
