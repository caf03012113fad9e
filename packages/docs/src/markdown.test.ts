import { expect, it } from 'vitest';
import { readPage, relink } from './markdown.ts';

const links = (body: string): string =>
  relink(body, { link: (target) => `<${target}>`, picture: ({ alt, path }) => `[${path}: ${alt}]` });

it('takes the heading for the title, and the first sentence for what the page is about', () => {
  const { title, description, body } = readPage(
    '# `Files` & more\n\nAll [files](files.md) are here. More.\n\n## Next\n',
  );
  expect({ title, description }).toEqual({ title: 'Files & more', description: 'All files are here.' });
  expect(body).toBe('\nAll [files](files.md) are here. More.\n\n## Next\n');
});

it('wants a heading at the beginning of each page', () => {
  expect(() => readPage('Text.\n')).toThrow('it does not begin with a heading');
});

it('changes links and pictures', () => {
  expect(links('See [the [API]](api.md#tokens), ![A page](a.png), [b](b.md).')).toBe(
    'See [the [API]](<api.md#tokens>), [a.png: A page], [b](<b.md>).',
  );
});

it('leaves code as it is', () => {
  const code = 'Write `[x](y.md)`, or\n```md\n[x](y.md) ![z](z.png)\n```\n';
  expect(links(`${code}and [a](a.md)`)).toBe(`${code}and [a](<a.md>)`);
  const nested = '````md\n```sh\n[x](y.md)\n```\n````\n';
  expect(links(nested)).toBe(nested);
});

it('changes links whose words have code in them, and keeps the code', () => {
  expect(links('The page [`Examples`](examples.md) and `[x](y.md)`, then [a `b` c](d.md).')).toBe(
    'The page [`Examples`](<examples.md>) and `[x](y.md)`, then [a `b` c](<d.md>).',
  );
});
