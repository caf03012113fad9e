import { HttpError } from '../../http/errors.ts';

/** Whose the password is to be: what is written about them on every page is no secret. */
export type PasswordOwner = { readonly email: string; readonly name: string };

/** Shorter words stand in too many good passwords. */
const leastWord = 4;
/** So many signs around a common password make it no other one. */
const mostAround = 8;
/** So much has to be left of a password without the words that everybody knows. */
const leastOwn = 6;

let list: Promise<ReadonlySet<string>> | null = null;

/** Passwords that were found most often in breaches, some 49,000; read when they are needed first. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  list ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set((dictionary['passwords-common'] ?? []).map((word) => word.toLowerCase())),
  );
  return list;
}

const swaps: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};

/** What people change about a common password to make it longer or to please a rule: case, signs at its ends, digits for letters. */
function plainForms(password: string): string[] {
  const whole = password.toLowerCase();
  const bare = whole.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const spelt = bare.replace(/[013457@$]/g, (sign) => swaps[sign] ?? sign);
  return [whole, bare, spelt, whole.replace(/[^\p{L}]/gu, '')].filter(
    (form) => form.length >= leastWord && whole.length - form.length <= mostAround,
  );
}

/** The shortest piece that the text repeats, and the text itself where it repeats none. */
function repeatedPiece(text: string): string {
  return /^(.+?)\1+$/su.exec(text)?.[1] ?? text;
}

const order = 'abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm';

const reversed = Array.from(order).toReversed().join('');

/** Whether a text goes along the alphabet, the digits or the keyboard, one way or the other. */
function isRow(text: string): boolean {
  return order.includes(text) || reversed.includes(text);
}

/** What everybody knows who wants to guess: the address and the name of the owner, in whole and in words, and where it is for. */
function knownWords({ email, name }: PasswordOwner): string[] {
  const [local = '', domain = ''] = email.toLowerCase().split('@');
  const parts = [local, domain, name.toLowerCase()].flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]);
  return ['emberlab', 'jupyter', 'spark', ...parts]
    .filter((word) => word.length >= leastWord)
    .toSorted((a, b) => b.length - a.length);
}

/** Why a password is easy to guess, as a sentence; null where nothing speaks against it. */
export async function passwordProblem(password: string, owner: PasswordOwner): Promise<string | null> {
  const text = password.normalize('NFKC');
  const piece = repeatedPiece(text.toLowerCase());
  if (piece.length < leastOwn || isRow(piece)) {
    return 'This password repeats itself or goes along a row. Please choose another.';
  }
  const common = await commonPasswords();
  if ([...plainForms(text), ...plainForms(piece)].some((form) => common.has(form))) {
    return 'This password, or one very much like it, is among those that are tried first. Please choose another, such as a few words that nobody would put together.';
  }
  let own = text.toLowerCase();
  for (const word of knownWords(owner)) own = own.replaceAll(word, '');
  if (own.length < leastOwn && own.length < text.length) {
    return 'This password is little more than your name, your address or what it is for. Please choose another.';
  }
  return null;
}

/** Throws `weak_password`. */
export async function checkPassword(password: string, owner: PasswordOwner, path = 'password'): Promise<void> {
  const message = await passwordProblem(password, owner);
  if (message !== null) throw new HttpError('weak_password', { message, details: [{ path, message }] });
}
