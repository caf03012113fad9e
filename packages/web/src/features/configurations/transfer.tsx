import { exportConfiguration, longestImport, type Configuration } from '@emberlab/contract';
import { Button, FileButton, List, Text } from '@mantine/core';
import { IconDownload, IconFileImport } from '@tabler/icons-react';
import { useRef, useState, type ReactNode } from 'react';
import { downloadText } from '../../lib/download.ts';
import { Notice } from '../../ui/notice.tsx';

/** A file that was not taken, and why. */
type Refused = { readonly name: string; readonly problems: readonly string[] };

/** The way of a configuration into a file and out of one. A file with a problem changes nothing. */
export function useTransfer({
  configuration,
  fileName,
  onImport,
}: {
  /** null: something is wrong with it */
  configuration: Configuration | null;
  fileName: string;
  onImport: (configuration: Configuration) => void;
}): { buttons: ReactNode; notice: ReactNode } {
  const reset = useRef<() => void>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const read = async (file: File): Promise<void> => {
    // With the schemas, which nobody needs before.
    const { importConfiguration } = await import('./import-configuration.ts');
    // The end of a file that is too large need not be read to say so.
    const { configuration: found, problems } = importConfiguration(await file.slice(0, longestImport * 4).text());
    setRefused(found === null ? { name: file.name, problems } : null);
    if (found !== null) onImport(found);
    reset.current?.();
  };
  return {
    buttons: (
      <>
        <Button
          size="compact-sm"
          leftSection={<IconDownload size={14} aria-hidden="true" />}
          disabled={configuration === null}
          onClick={() => configuration !== null && downloadText(exportConfiguration(configuration), fileName)}
        >
          Export
        </Button>
        <FileButton
          resetRef={reset}
          accept=".json,application/json"
          inputProps={{ 'aria-label': 'File with a configuration' }}
          onChange={(file) => file !== null && void read(file)}
        >
          {(props) => (
            <Button {...props} size="compact-sm" leftSection={<IconFileImport size={14} aria-hidden="true" />}>
              Import
            </Button>
          )}
        </FileButton>
      </>
    ),
    notice: refused !== null && (
      <Notice tone="bad" title={`${refused.name} was not imported`} onDismiss={() => setRefused(null)}>
        <Text size="sm">Nothing was changed.</Text>
        <List size="sm">
          {refused.problems.map((problem) => (
            <List.Item key={problem}>{problem}</List.Item>
          ))}
        </List>
      </Notice>
    ),
  };
}
