/** So much of an answer is kept. */
const mostCharacters = 500;

/** A short piece of what a receiver has answered, as text that can be shown: nothing invisible in it but line ends. */
export function pieceOf(answer: string): string | null {
  const text = answer
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, ' ')
    .trim();
  return text === '' ? null : text.slice(0, mostCharacters);
}

/** A clause of an error as a sentence. One that begins with the name of a host keeps it as it is. */
export const sentence = (clause: string): string =>
  `${/^[a-z]+\s/.test(clause) ? clause.charAt(0).toUpperCase() : clause.charAt(0)}${clause.slice(1)}.`;
