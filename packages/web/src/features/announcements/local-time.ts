const two = (number: number): string => String(number).padStart(2, '0');

/** An instant as a field for dates and times holds it, in the reader's own zone; empty where there is none. */
export function toLocal(instant: string | null): string {
  if (instant === null) return '';
  const date = new Date(instant);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What such a field holds as an instant; null: nothing. */
export function fromLocal(value: string): string | null {
  const ms = new Date(value).getTime();
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
