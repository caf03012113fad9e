/** What is between fences of code, or in backticks, is left as it is: it may look like a link. */
const code = /^(?<fence>`{3,})[^\n]*\n[\s\S]*?^\k<fence>[ \t]*$|(?<ticks>`+)(?!`)[^\n]*?[^`]\k<ticks>(?!`)/gm;

/** Stands for a piece of code while the rest is changed: a character that no page has. */
const mask = '\uE000';

/** Changes a page's text outside of code; the words of a link may have code in them. */
function outsideCode(text: string, change: (masked: string) => string): string {
  const kept: string[] = [];
  const masked = text.replaceAll(code, (piece) => {
    kept.push(piece);
    return mask;
  });
  return change(masked).replaceAll(mask, () => kept.shift() ?? '');
}

export type Page = { readonly title: string; readonly description: string; readonly body: string };

/** Takes the heading off a page, which the site shows itself, and finds the sentence that says what it is about. */
export function readPage(text: string): Page {
  const [, title, body] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
  if (title === undefined || body === undefined) throw new Error('it does not begin with a heading "# …"');
  const first = body.split(/\n{2,}|\n(?=[#|`\-!>])/).find((part) => /^[A-Z"'“`*]/.test(part.trim())) ?? '';
  return { title: plain(title), description: firstSentence(plain(first)), body };
}

const plain = (markdown: string): string =>
  markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

const firstSentence = (text: string): string => /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;

export type Picture = { readonly alt: string; readonly path: string };

/** Changes where links lead, and what stands for pictures; `target` and `path` are as they are written in the page. */
export const relink = (
  body: string,
  { link, picture }: { link: (target: string) => string; picture: (picture: Picture) => string },
): string =>
  outsideCode(body, (part) =>
    part
      .replaceAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g, (_all, alt: string, path: string) => picture({ alt, path }))
      .replaceAll(/(?<!!)(\[(?:[^\][]|\[[^\]]*\])*\])\(([^)\s]+)\)/g, (_all, words: string, target: string) => {
        return `${words}(${link(target)})`;
      }),
  );
