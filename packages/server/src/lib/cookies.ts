/** Around names and values; what else Unicode calls blank belongs to the name (RFC 6265, 5.2). */
const blank = /^[ \t]+|[ \t]+$/g;

/** The values of cookies named `name` in a `Cookie` header (RFC 6265, 5.4); at most eight. */
export function cookieValues(header: string | undefined, name: string): string[] {
  const values: string[] = [];
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 1 || pair.slice(0, at).replace(blank, '') !== name || values.length === 8) continue;
    values.push(pair.slice(at + 1).replace(blank, ''));
  }
  return values;
}
