import { configurationTypeLabels, type Configuration } from '@emberlab/contract';
import { Code, DataList, Stack, Text } from '@mantine/core';
import { countOf, formatMegabytes } from '../../lib/units.ts';

/** A configuration to read. */
export function ConfigurationSummary({ configuration }: { configuration: Configuration }) {
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
