export { formatMegabytes } from '@emberlab/contract';

const steps = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** A size for people, in steps of 1024: `640 MB`, `5.1 GB`. */
export function formatBytes(bytes: number): string {
  let size = Math.max(0, bytes);
  let step = 0;
  while (size >= 1023.5 && step < steps.length - 1) {
    size /= 1024;
    step += 1;
  }
  const digits = step === 0 || size >= 99.95 ? 0 : 1;
  return `${size.toFixed(digits).replace(/\.0$/, '')} ${steps[step]}`;
}

/** `1 core`, `2 cores`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
