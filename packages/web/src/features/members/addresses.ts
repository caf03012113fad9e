import { memberEmail } from '@emberlab/contract';

/** What somebody wrote or pasted as addresses, one a line or with commas, such as `Ada <ada@example.org>`: those that are some, and the rest. */
export function readAddresses(text: string): { emails: string[]; wrong: string[] } {
  const emails = new Set<string>();
  const wrong: string[] = [];
  for (const part of text.split(/[\n,;]/)) {
    const written = part.trim();
    if (written === '') continue;
    const parsed = memberEmail.safeParse(/<([^<>]*)>$/.exec(written)?.[1] ?? written);
    if (parsed.success) emails.add(parsed.data);
    else wrong.push(written);
  }
  return { emails: [...emails], wrong };
}
