import { Select } from '@mantine/core';
import { useMemo } from 'react';
import { allZones } from '../../lib/zoned-time.ts';

/** A time zone, found by typing a part of its name. */
export function ZoneSelect({
  value,
  error,
  onChange,
}: {
  value: string;
  error: string | undefined;
  onChange: (zone: string) => void;
}) {
  const zones = useMemo(() => [...new Set([...allZones(), value])].filter((zone) => zone !== ''), [value]);
  return (
    <Select
      label="Time zone"
      w={240}
      searchable
      limit={60}
      allowDeselect={false}
      nothingFoundMessage="No zone has such a name"
      data={zones}
      value={value}
      onChange={(zone) => zone !== null && onChange(zone)}
      error={error}
    />
  );
}
