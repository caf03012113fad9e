import { Code, CopyButton, Tooltip, UnstyledButton } from '@mantine/core';

/** A short id that is copied by a click. */
export function CopyableId({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy the ${label}`}>
          <UnstyledButton onClick={copy} aria-label={`Copy the ${label} ${value}`}>
            <Code className="el-break">{value}</Code>
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
