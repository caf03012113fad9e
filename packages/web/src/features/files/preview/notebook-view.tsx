import { Code, Group, Stack, Text } from '@mantine/core';
import { readSegments } from '../../../lib/log-lines.ts';
import { showHidden } from '../../../lib/show-hidden.ts';
import { Markdown } from './markdown.tsx';
import type { Cell, Notebook, Output } from './notebook.ts';
import classes from './preview.module.css';

/** A notebook with its outputs, as texts and pictures: nothing in it can do anything. */
export function NotebookView({ notebook }: { notebook: Notebook }) {
  return (
    <Stack gap="md">
      {notebook.kernel !== null && (
        <Text size="xs" c="dimmed">
          Kernel: {showHidden(notebook.kernel)}
        </Text>
      )}
      {notebook.cells.length === 0 && (
        <Text size="sm" c="dimmed">
          This notebook has no cells.
        </Text>
      )}
      {notebook.cells.map((cell, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- cells have no other names, and never move here
        <CellView key={index} cell={cell} />
      ))}
      {notebook.more > 0 && (
        <Text size="sm" c="dimmed">
          {notebook.more} more cells are shown in Jupyter alone.
        </Text>
      )}
    </Stack>
  );
}

function CellView({ cell }: { cell: Cell }) {
  if (cell.kind !== 'code') {
    return cell.kind === 'raw' ? (
      <Code block tabIndex={0} aria-label="Cell">
        {showHidden(cell.source)}
      </Code>
    ) : (
      <Stack gap={6}>
        <Markdown text={cell.source} />
      </Stack>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Text size="xs" c="dimmed" ff="monospace" w={38} ta="right" pt={6} style={{ flex: 'none' }}>
        [{cell.count ?? ' '}]
      </Text>
      <Stack gap={6} flex={1} miw={0}>
        <Code block tabIndex={0} aria-label="Code">
          {showHidden(cell.source)}
        </Code>
        {cell.outputs.map((output, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- as cells
          <OutputView key={index} output={output} />
        ))}
      </Stack>
    </Group>
  );
}

function OutputView({ output }: { output: Output }) {
  if (output.kind === 'image') return <img src={output.address} alt="Output of the cell" className={classes.image} />;
  return (
    <pre className={classes.text} data-bad={output.kind === 'error' || undefined}>
      {readSegments({ number: 1, raw: output.text, cut: 0 }).map(({ text, className }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- as cells
        <span key={index} className={className}>
          {text}
        </span>
      ))}
    </pre>
  );
}
