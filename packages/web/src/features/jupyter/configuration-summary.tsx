import { configurationTypeLabels, type Configuration, type ServerLimits } from '@emberlab/contract';
import { Code, DataList, Stack, Text } from '@mantine/core';
import { countOf, formatMegabytes } from '../../lib/units.ts';
import { spellLimitedBy, spellLimits } from './limits.ts';

/** A configuration to read, with the limits of the server that runs with it. */
export function ConfigurationSummary({
  configuration,
  limits,
}: {
  configuration: Configuration;
  limits: ServerLimits | null;
}) {
  const properties = configuration.type === 'spark' ? configuration.properties.trim() : '';
  return (
    <Stack gap="sm">
      <DataList orientation="horizontal" size="sm" labelWidth={140}>
        <DataList.Item>
          <DataList.ItemLabel>Type</DataList.ItemLabel>
          <DataList.ItemValue>{configurationTypeLabels[configuration.type]}</DataList.ItemValue>
        </DataList.Item>
        {configuration.type === 'spark' && (
          <DataList.Item>
            <DataList.ItemLabel>Driver</DataList.ItemLabel>
            <DataList.ItemValue>
              {formatMegabytes(configuration.driverMemoryMb)} · {countOf(configuration.driverCores, 'core')}
            </DataList.ItemValue>
          </DataList.Item>
        )}
        {limits !== null && (
          <DataList.Item>
            <DataList.ItemLabel>Jupyter server</DataList.ItemLabel>
            <DataList.ItemValue>
              <Stack gap={0}>
                {spellLimits(limits)}
                <Text size="xs" c="dimmed">
                  {spellLimitedBy(limits)}
                </Text>
              </Stack>
            </DataList.ItemValue>
          </DataList.Item>
        )}
        {configuration.type === 'spark' && (
          <DataList.Item>
            <DataList.ItemLabel>Properties</DataList.ItemLabel>
            <DataList.ItemValue>
              {properties === '' ? (
                <Text span inherit c="dimmed">
                  none
                </Text>
              ) : null}
            </DataList.ItemValue>
          </DataList.Item>
        )}
      </DataList>
      {properties !== '' && (
        <Code block mah={220} tabIndex={0} aria-label="Properties">
          {properties}
        </Code>
      )}
    </Stack>
  );
}
