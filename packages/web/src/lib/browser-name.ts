/** The order matters: most browsers say of themselves that they are others too. */
const browsers = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chromium', /\b(?:Chrom(?:e|ium)|HeadlessChrome|CriOS)\//],
  ['Safari', /\bSafari\//],
  ['curl', /^curl\//],
] as const;
const systems = [
  ['Android', /\bAndroid\b/],
  ['an iPhone or iPad', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const;

/** What a browser is, as people call it, by what it says of itself. */
export function browserName(userAgent: string | null): string {
  if (userAgent === null) return 'An unknown browser';
  const browser = browsers.find(([, sign]) => sign.test(userAgent))?.[0] ?? 'A browser';
  const system = systems.find(([, sign]) => sign.test(userAgent))?.[0];
  return system === undefined ? browser : `${browser} on ${system}`;
}
