import {
  configurationTypeLabels,
  profileOf,
  type Configuration,
  type ProfileChoice,
  type SparkPlace,
} from '@emberlab/contract';
import { Input, SegmentedControl, Stack } from '@mantine/core';
import { useId } from 'react';
import type { ConfigurationOf, Draft, DraftErrors } from './draft.ts';
import { ProfileField } from './profile-field.tsx';
import { PythonFields } from './python-fields.tsx';
import { SparkFields } from './spark-fields.tsx';

const types = (Object.keys(configurationTypeLabels) as Configuration['type'][]).map((value) => ({
  value,
  label: configurationTypeLabels[value],
}));

/** The fields of a configuration. */
export function ConfigurationForm({
  draft,
  errors,
  place,
  profiles,
  of = 'jupyter',
  onChange,
}: {
  draft: Draft;
  errors: DraftErrors;
  place: SparkPlace;
  /** what the server may run in; null: it is not for a server */
  profiles: readonly ProfileChoice[] | null;
  of?: ConfigurationOf;
  onChange: (draft: Draft) => void;
}) {
  const typeId = useId();
  return (
    <Stack gap="md">
      {of === 'jupyter' && (
        <div>
          <Input.Label id={typeId} mb={4}>
            Type
          </Input.Label>
          <div>
            <SegmentedControl
              aria-labelledby={typeId}
              data={types}
              value={draft.type}
              onChange={(type) => onChange({ ...draft, type: type === 'python' ? 'python' : 'spark' })}
            />
          </div>
        </div>
      )}
      {profiles !== null && (
        <ProfileField
          profiles={profiles}
          type={draft.type}
          value={draft.profile}
          error={errors.fields['profile']}
          onChange={(profile) => onChange({ ...draft, profile })}
        />
      )}
      {draft.type === 'python' ? (
        <PythonFields
          of={of}
          most={profileOf(profiles ?? [], draft)?.most}
          draft={draft.python}
          errors={errors}
          onChange={(python) => onChange({ ...draft, python })}
        />
      ) : (
        <SparkFields
          of={of}
          draft={draft.spark}
          errors={errors}
          place={place}
          onChange={(spark) => onChange({ ...draft, spark })}
        />
      )}
    </Stack>
  );
}
