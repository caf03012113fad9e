import {
  configurationTypeLabels,
  fileFields,
  type Configuration,
  type SparkConfiguration,
  type ConfigurationPlace,
  type SparkPlace,
} from '@emberlab/contract';
import { Button, Code, DataList, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { countOf, formatMegabytes } from '../../lib/units.ts';
import { EngineCapacity } from '../engines/engine-field.tsx';
import { hideSecrets } from './hide-secrets.ts';
import { placeOf } from './place-of.ts';
import { profileLabel } from './profile-words.ts';

/** A configuration to read. Values that may be secrets are hidden. */
export function ConfigurationSummary({
  configuration,
  place,
  profile,
  limits,
  capacity = false,
  own = false,
}: {
  configuration: Configuration;
  /** undefined: not known yet */
  place: ConfigurationPlace | undefined;
  /** the label of what the server runs in; undefined: as the configuration says */
  profile?: string | undefined;
  /** what is to be said of the server that runs with it */
  limits?: ReactNode;
  /** whether to say what is free in the cluster now: what runs with it asks for that */
  capacity?: boolean;
  /** whether it is the reader's own, who may look at the secrets in it */
  own?: boolean;
}) {
  const named = configuration.profile === null ? null : profileLabel(place?.profiles ?? [], configuration.profile);
  const runsIn = profile ?? named;
  return (
    <Stack gap="sm">
      <DataList orientation="horizontal" size="sm" labelWidth={170}>
        <Item label="Type">{configurationTypeLabels[configuration.type]}</Item>
        {runsIn !== null && <Item label="Profile">{runsIn}</Item>}
        {configuration.type === 'spark' ? (
          <SparkItems configuration={configuration} place={place} capacity={capacity} />
        ) : null}
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
        <Lines label="Properties" text={configuration.properties} own={own} />
      ) : (
        <Lines label="Environment variables" text={configuration.environment} own={own} />
      )}
    </Stack>
  );
}

function SparkItems({
  configuration,
  place: given,
  capacity,
}: {
  configuration: SparkConfiguration;
  place: SparkPlace | undefined;
  capacity: boolean;
}) {
  const place = given === undefined ? undefined : placeOf(given, configuration.engine);
  const named = given?.choices.find(({ name }) => name === configuration.engine);
  const engine = named?.label ?? configuration.engine;
  // The first is that of configurations that name none.
  const cluster = configuration.engine === null ? given?.choices[0] : named;
  const { driverMemoryMb, driverCores, executorMemoryMb, executorCores, executors } = configuration;
  const count =
    executors.mode === 'static'
      ? String(executors.instances)
      : `${executors.min} to ${executors.max}, ${executors.initial} at first`;
  return (
    <>
      {engine !== null && <Item label="Engine">{engine}</Item>}
      {capacity && cluster !== undefined && cluster.type !== 'local' && (
        <Item label="Free there now">
          <EngineCapacity engine={cluster} named={engine === null} />
        </Item>
      )}
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

function Lines({ label, text, own }: { label: string; text: string; own: boolean }) {
  const [revealed, setRevealed] = useState(false);
  const whole = text.trim();
  if (whole === '') {
    return (
      <Text size="sm" c="dimmed">
        {label}: none
      </Text>
    );
  }
  const hidden = hideSecrets(whole);
  return (
    <Stack gap={6} align="stretch">
      <Code block mah={220} tabIndex={0} aria-label={label}>
        {revealed ? whole : hidden}
      </Code>
      {own && hidden !== whole && (
        <div>
          <Button size="compact-sm" aria-pressed={revealed} onClick={() => setRevealed(!revealed)}>
            {revealed ? 'Hide secrets' : 'Show secrets'}
          </Button>
        </div>
      )}
    </Stack>
  );
}
