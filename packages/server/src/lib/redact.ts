/** What stands in the place of a secret. */
const gone = '[secret]';

/** Names of fields and headers whose values are secrets, wherever they stand. */
const secretNames =
  'authorization|proxy-authorization|cookie|set-cookie|x-emberlab-tunnel|[a-z_-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credential)s?';

const patterns: readonly (readonly [RegExp, string])[] = [
  // Ours: a prefix that tells what it opens, and 256 random bits.
  [/ember_([a-z]+)_[\w-]{20,}/g, `ember_$1_${gone}`],
  [/\b([Bb]asic)\s+(?=[a-z]*[A-Z0-9=+/])[\w+/=]{6,}/g, `$1 ${gone}`],
  [/\b(bearer)\s+[\w+/=.~-]{8,}/gi, `$1 ${gone}`],
  [/\btoken [\w-]{16,}/g, `token ${gone}`],
  // The password in an address of a database, also as people write it who have not escaped it: up to the last @ of the line, or of the text in JSON.
  [
    /(\b(?:postgres(?:ql)?|mysql|mariadb):\/\/[^\s/:@"'\\]*):(?!\d{1,5}(?:[/?\s"'\\]|$))(?:(?!"[,}\]:])[^\r\n]){1,200}@/gi,
    `$1:${gone}@`,
  ],
  // The same in any other: what stands between its name and the host.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"'\\]*):[^\s/@"'\\]+@/gi, `$1:${gone}@`],
  // In the query of an address, where a value is one of many.
  [/([?&#](?:\w+_)?(?:ticket|token|code|state|secret|password|signature)=)[^&\s"'\\#;]+/gi, `$1${gone}`],
  // As options of a program are, such as -Djavax.net.ssl.keyStorePassword="two words".
  [
    /((?:password|passwd|passphrase|secret|token)=)(?!\[)(?:"(?:[^"\\]|\\.)*"|\\{1,7}"[^"\\]*\\{1,7}"|'[^']*'|(?:\\ |[^&\s"'\\#;[])+)/gi,
    `$1${gone}`,
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, gone],
  [/\$argon2id\$[\w$=,+/]+/g, gone],
];

/** As JSON writes them: the whole value of a field with such a name, a text or a list of texts. */
const text = '"(?:[^"\\\\]|\\\\.)*"';
const fields = new RegExp(`("(?:${secretNames})"\\s*:\\s*)(?:${text}|\\[(?:${text},?)*\\])`, 'gi');
/** The same where JSON stands in a text of JSON, so that its quotes are escaped. */
const quote = '\\\\{1,7}"';
const escapedFields = new RegExp(`(${quote}(?:${secretNames})${quote}\\s*:\\s*${quote})(?:(?!\\\\{0,7}").)*`, 'gi');

/**
 * Takes the secrets out of a text that is written down: by what they look like, and by the name of the field where the text is JSON. `known` are values that
 * look like nothing, such as passwords from the settings. The one place for this: logs, what is printed and the audit log go through it.
 */
export function createRedactor(known: readonly string[] = []): (text: string) => string {
  const exact = known.filter((value) => value.length >= 4).toSorted((a, b) => b.length - a.length);
  return (line) => {
    let clean = line;
    for (const value of exact) {
      // in a line of JSON it is written with the escapes of JSON
      clean = clean.replaceAll(value, gone).replaceAll(JSON.stringify(value).slice(1, -1), gone);
    }
    clean = clean.replace(fields, `$1"${gone}"`).replace(escapedFields, `$1${gone}`);
    for (const [pattern, instead] of patterns) clean = clean.replace(pattern, instead);
    return clean;
  };
}

export const redact = createRedactor();
