import {
  configurationTypeLabels,
  fileFields,
  type Configuration,
  type SparkConfiguration,
  type SparkPlace,
} from '@emberlab/contract';
import { Code, DataList, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { countOf, formatMegabytes } from '../../lib/units.ts';

/** A configuration to read. */
export function ConfigurationSummary({
  configuration,
  place,
  limits,
}: {
  configuration: Configuration;
  /** undefined: not known yet */
  place: SparkPlace | undefined;
  /** what is to be said of the server that runs with it */
  limits?: ReactNode;
}) {
  return (
    <Stack gap="sm">
      <DataList orientation="horizontal" size="sm" labelWidth={170}>
        <Item label="Type">{configurationTypeLabels[configuration.type]}</Item>
        {configuration.type === 'spark' ? <SparkItems configuration={configuration} place={place} /> : null}
        {configuration.type === 'python' && (
          <>
            <Item label="Memory">{formatMegabytes(configuration.memoryMb)}</Item>
            <Item label="Cores">{countOf(configuration.cores, 'core')}</Item>
            <Files label="Additional files" paths={configuration.files} />
          </>
        )}
        {limits === undefined ? null : <Item label="Jupyter server">{limits}</Item>}
      </DataList>
      {configuration.type === 'spark' ? (
        <Lines label="Properties" text={configuration.properties} />
      ) : (
        <Lines label="Environment variables" text={configuration.environment} />
      )}
    </Stack>
  );
}

function SparkItems({ configuration, place }: { configuration: SparkConfiguration; place: SparkPlace | undefined }) {
  const { driverMemoryMb, driverCores, executorMemoryMb, executorCores, executors } = configuration;
  const count =
    executors.mode === 'static'
      ? String(executors.instances)
      : `${executors.min} to ${executors.max}, ${executors.initial} at first`;
  return (
    <>
      <Item label="Driver">
        {formatMegabytes(driverMemoryMb)} · {countOf(driverCores, 'core')}
      </Item>
      <Item label="Executors">
        {count} · each {formatMegabytes(executorMemoryMb)} · {countOf(executorCores, 'core')}
        {place?.executors === false && (
          <Text size="xs" c="dimmed">
            of no effect: the driver does the work
          </Text>
        )}
      </Item>
      {fileFields.map(({ kind, label }) => (
        <Files key={kind} label={label} paths={configuration[kind]} />
      ))}
    </>
  );
}

function Item({ label, children }: { label: string; children: ReactNode }) {
  return (
    <DataList.Item>
      <DataList.ItemLabel>{label}</DataList.ItemLabel>
      <DataList.ItemValue className="el-break">{children}</DataList.ItemValue>
    </DataList.Item>
  );
}

function Files({ label, paths }: { label: string; paths: readonly string[] }) {
  return paths.length === 0 ? null : <Item label={label}>{paths.join(', ')}</Item>;
}

function Lines({ label, text }: { label: string; text: string }) {
  const shown = text.trim();
  return shown === '' ? (
    <Text size="sm" c="dimmed">
      {label}: none
    </Text>
  ) : (
    <Code block mah={220} tabIndex={0} aria-label={label}>
      {shown}
    </Code>
  );
}
