import { sameConfiguration, type ConfigurationDefaults, type ConfigurationPlace } from '@emberlab/contract';
import { Button, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { configurationDefaultsQuery, keys, placeQuery } from '../../lib/queries.ts';
import { ActionError, ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import { ConfigurationEditor } from './configuration-editor.tsx';
import { ConfigurationSummary } from './configuration-summary.tsx';
import { toDraft, type Draft } from './draft.ts';
import { useCheckedDraft } from './use-checked-draft.ts';

type Purpose = 'jupyter' | 'jobs';
const purposes = [
  { value: 'jupyter', label: 'Jupyter' },
  { value: 'jobs', label: 'Jobs' },
];
const words: Readonly<Record<Purpose, string>> = {
  jupyter: 'Members run Jupyter with this until they choose something else for themselves.',
  jobs: 'New jobs begin with this; each has its own from then on.',
};

/** What members' configurations begin with. Owners set it, others see it. */
export function DefaultsSection() {
  const project = useProject();
  const defaults = useQuery(configurationDefaultsQuery(project.name));
  const place = useQuery(placeQuery(project.name));
  const [purpose, setPurpose] = useState<Purpose>('jupyter');
  /** what was changed here and is not saved: it outlives a look at the other purpose, and what others save meanwhile */
  const [drafts, setDrafts] = useState<Partial<Record<Purpose, Draft>>>({});
  const failed = [defaults, place].find((query) => query.data === undefined && query.isError);
  return (
    <Section title="Defaults">
      {failed !== undefined ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : defaults.data === undefined || place.data === undefined ? (
        <Skeleton height={120} />
      ) : (
        <Stack gap="md">
          <Group>
            <SegmentedControl
              aria-label="Defaults for"
              data={purposes}
              value={purpose}
              onChange={(value) => setPurpose(value === 'jobs' ? 'jobs' : 'jupyter')}
            />
            <Text size="sm" c="dimmed">
              {words[purpose]}
            </Text>
          </Group>
          {mayManage(project) ? (
            <DefaultsForm
              key={purpose}
              defaults={defaults.data}
              purpose={purpose}
              place={place.data}
              changed={drafts[purpose]}
              onChange={(draft) => setDrafts((all) => ({ ...all, [purpose]: draft }))}
            />
          ) : (
            <ConfigurationSummary configuration={defaults.data[purpose]} place={place.data} />
          )}
        </Stack>
      )}
    </Section>
  );
}

function DefaultsForm({
  defaults,
  purpose,
  place,
  changed,
  onChange,
}: {
  defaults: ConfigurationDefaults;
  purpose: Purpose;
  place: ConfigurationPlace;
  /** undefined: nothing was */
  changed: Draft | undefined;
  onChange: (draft: Draft | undefined) => void;
}) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const draft = changed ?? toDraft(defaults[purpose]);
  const profiles = purpose === 'jupyter' ? place.profiles : null;
  const checked = useCheckedDraft(project, draft, profiles);
  const { configuration } = checked;
  const differs = changed !== undefined && !sameConfiguration(configuration, defaults[purpose]);
  const save = useMutation({
    mutationFn: (value: NonNullable<typeof configuration>) =>
      api.call('configuration.saveDefaults', {
        params: { project },
        body: { jupyter: defaults.jupyter, jobs: defaults.jobs, [purpose]: value },
      }),
    onSuccess: (answer) => {
      client.setQueryData(keys.configurationDefaults(project), answer);
      onChange(undefined);
      void client.invalidateQueries({ queryKey: keys.configuration(project) });
    },
  });
  return (
    <ConfigurationEditor
      draft={draft}
      checked={checked}
      place={place}
      profiles={profiles}
      fileName={`${project}-${purpose}-defaults.json`}
      onChange={onChange}
    >
      <ActionError error={save.error} title="The defaults were not saved" />
      <Group gap="xs">
        <Button
          variant="filled"
          disabled={!differs || configuration === null}
          loading={save.isPending}
          onClick={() => configuration !== null && save.mutate(configuration)}
        >
          Save defaults
        </Button>
        {differs && (
          <Button onClick={() => onChange(undefined)} disabled={save.isPending}>
            Discard changes
          </Button>
        )}
      </Group>
    </ConfigurationEditor>
  );
}
