import type { LineProblem } from '@emberlab/contract';
import { Anchor, Input, Stack, Text } from '@mantine/core';
import { useId, useRef } from 'react';
import classes from './lines-editor.module.css';

/** A text box with line numbers, marks on wrong lines, and what is wrong with each as it is typed. */
export function LinesEditor({
  label,
  description,
  placeholder,
  value,
  onChange,
  problems,
  problem,
}: {
  label: string;
  description: string;
  placeholder: string;
  value: string;
  onChange: (text: string) => void;
  problems: readonly LineProblem[];
  /** what is wrong with the text as a whole */
  problem: string | undefined;
}) {
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const wrong = new Set(problems.map(({ line }) => line));
  const lines = value.split(/\r\n|\r|\n/);
  const goTo = (line: number): void => {
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    box.current?.focus();
    box.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  };
  const failed = problems.length > 0 || problem !== undefined;
  return (
    <Stack gap={4}>
      <Input.Label htmlFor={id}>{label}</Input.Label>
      <Input.Description id={`${id}-help`}>{description}</Input.Description>
      <div className={classes.editor} data-error={failed}>
        <div className={classes.gutter} ref={gutter} aria-hidden="true">
          <div>
            {lines.map((_, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- a line number is its own identity
              <div key={index} className={classes.number} data-wrong={wrong.has(index + 1)}>
                {index + 1}
              </div>
            ))}
          </div>
        </div>
        <textarea
          ref={box}
          id={id}
          className={classes.text}
          rows={Math.min(14, Math.max(5, lines.length + 1))}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          placeholder={placeholder}
          aria-invalid={failed}
          aria-describedby={`${id}-help ${id}-problems`}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          onScroll={(event) => {
            if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <output id={`${id}-problems`}>
        {problem !== undefined && <Input.Error>{problem}</Input.Error>}
        {problems.slice(0, 8).map(({ line, message }) => (
          <Text size="xs" c="var(--mantine-color-error)" key={`${line} ${message}`} className="el-break">
            <Anchor component="button" type="button" inherit c="inherit" underline="always" onClick={() => goTo(line)}>
              Line {line}
            </Anchor>
            : {message}
          </Text>
        ))}
        {problems.length > 8 && (
          <Text size="xs" c="var(--mantine-color-error)">
            and {problems.length - 8} more lines
          </Text>
        )}
      </output>
    </Stack>
  );
}
