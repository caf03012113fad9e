import { Code, List, Text, Title } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { showHidden } from '../../../lib/show-hidden.ts';

/** A piece of a text: a heading, a list, a program, or lines. */
type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code' | 'lines'; readonly text: string };

/** Splits a text by the marks that people use most. All else, markup too, is text. */
function readBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let items: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) blocks.push({ kind: 'lines', text: lines.join('\n') });
    if (items.length > 0) blocks.push({ kind: 'list', items });
    [lines, items] = [[], []];
  };
  const all = text.split('\n');
  for (let at = 0; at < all.length; at += 1) {
    const line = all[at] ?? '';
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(.*)$/.exec(line);
    if (/^\s*```/.test(line)) {
      flush();
      const end = all.findIndex((other, index) => index > at && /^\s*```\s*$/.test(other));
      const last = end < 0 ? all.length : end;
      blocks.push({ kind: 'code', text: all.slice(at + 1, last).join('\n') });
      at = last;
    } else if (heading !== null) {
      flush();
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' });
    } else if (item !== null) {
      if (lines.length > 0) flush();
      items.push(item[1] ?? '');
    } else if (line.trim() === '') flush();
    else {
      if (items.length > 0) flush();
      lines.push(line);
    }
  }
  flush();
  return blocks;
}

/** `**bold**`, `*slanted*` and `` `code` `` in a line. A link stays as it is written: nobody is led anywhere. */
function spans(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/).map((part, index) => {
    const key = `${index}-${part.length}`;
    if (part.startsWith('`') && part.length > 2) return <Code key={key}>{showHidden(part.slice(1, -1))}</Code>;
    if (part.startsWith('**') && part.length > 4) return <strong key={key}>{showHidden(part.slice(2, -2))}</strong>;
    if (part.startsWith('*') && part.length > 2) return <em key={key}>{showHidden(part.slice(1, -1))}</em>;
    return <Fragment key={key}>{showHidden(part)}</Fragment>;
  });
}

/** A text with a little Markdown, shown by components of ours alone. */
export function Markdown({ text }: { text: string }) {
  return readBlocks(text).map((block, index) => {
    const key = `${index}-${block.kind}`;
    if (block.kind === 'heading') {
      return (
        <Title key={key} order={3} size={block.level < 2 ? 'lg' : block.level < 3 ? 'md' : 'sm'} className="el-break">
          {spans(block.text)}
        </Title>
      );
    }
    if (block.kind === 'code') {
      return (
        <Code key={key} block>
          {showHidden(block.text)}
        </Code>
      );
    }
    if (block.kind === 'list') {
      return (
        <List key={key} size="sm">
          {block.items.map((item, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- pieces of a text have no names
            <List.Item key={`${at}-${item.length}`} className="el-break">
              {spans(item)}
            </List.Item>
          ))}
        </List>
      );
    }
    return (
      <Text key={key} size="sm" className="el-break" style={{ whiteSpace: 'pre-line' }}>
        {spans(block.text)}
      </Text>
    );
  });
}
