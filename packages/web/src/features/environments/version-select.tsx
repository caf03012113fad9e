import type { IndexLibrary } from '@emberlab/contract';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { errorMessage } from '../../lib/api.ts';
import { useProject } from '../projects/project-context.ts';
import { indexLibraryQuery } from './queries.ts';

const newest = 'newest';
/** How many versions are listed until somebody types a part of one. */
const atOnce = 60;

/** A version of a library in the index; null: the newest that goes with the rest. */
export function VersionSelect({
  name,
  label,
  value,
  onChange,
}: {
  name: string;
  label: string;
  value: string | null;
  onChange: (version: string | null) => void;
}) {
  const { name: project } = useProject();
  const library = useQuery(indexLibraryQuery(project, name));
  const versions = library.data?.versions ?? [];
  return (
    <Select
      flex="1 1 14rem"
      label={label}
      description={library.data === undefined ? undefined : leftOutOf(library.data)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      error={library.isError ? errorMessage(library.error) : null}
      disabled={library.isPending}
      placeholder={library.isPending ? 'Asking the index…' : undefined}
      searchable
      limit={atOnce}
      allowDeselect={false}
      data={[
        { value: newest, label: 'the newest that goes with the rest' },
        ...versions.map((each) => ({ value: each.version, label: labelOf(each) })),
      ]}
      value={library.isPending ? null : (value ?? newest)}
      onChange={(chosen) => onChange(chosen === newest ? null : chosen)}
    />
  );
}

function labelOf({ version, prerelease, builds }: IndexLibrary['versions'][number]): string {
  const remarks = [...(prerelease ? ['before its release'] : []), ...(builds ? ['is built here'] : [])];
  return remarks.length === 0 ? version : `${version} (${remarks.join(', ')})`;
}

/** Which versions are not in the list, and why. */
function leftOutOf({ leftOut: { yanked, python, platform } }: IndexLibrary): string | undefined {
  const reasons = [
    ...(python > 0 ? [`${python} for another Python`] : []),
    ...(platform > 0 ? [`${platform} for other machines`] : []),
    ...(yanked > 0 ? [`${yanked} withdrawn`] : []),
  ];
  return reasons.length === 0 ? undefined : `Not listed: ${reasons.join(', ')}.`;
}
