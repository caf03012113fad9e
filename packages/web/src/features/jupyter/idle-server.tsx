import {
  sameConfiguration,
  type Configuration,
  type ConfigurationDefaults,
  type ConfigurationPlace,
  type Environment,
  type Server,
} from '@emberlab/contract';
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useDeferredValue, useState } from 'react';
import { ActionError } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { isUsable } from '../environments/environment-notice.tsx';
import { ConfigurationEditor } from '../configurations/configuration-editor.tsx';
import { DefaultsBar } from '../configurations/defaults-bar.tsx';
import { readDraft, toDraft, type Draft } from '../configurations/draft.ts';
import { useCheckedDraft } from '../configurations/use-checked-draft.ts';
import { useProject } from '../projects/project-context.ts';
import { ServerLogsButton } from './server-logs-button.tsx';
import { StartFailure } from './start-failure.tsx';
import { spellStopReason } from './time-left.ts';
import { useAutosave, type SaveState } from './use-autosave.ts';
import type { ServerActions } from './use-server-actions.ts';

const saveTexts: Readonly<Record<SaveState, string>> = {
  idle: '',
  saving: 'Saving…',
  saved: 'Saved',
  failed: 'Not saved',
};

/** A server that doesn't run, because it was stopped or because it failed: its configuration is open, and it can be run. */
export function IdleServer({
  server,
  saved,
  defaults,
  place,
  environment,
  actions,
}: {
  server: Server;
  saved: Configuration;
  defaults: ConfigurationDefaults;
  place: ConfigurationPlace;
  environment: Environment | undefined;
  actions: ServerActions;
}) {
  const project = useProject();
  const [draft, setDraft] = useDraft(saved);
  const checked = useCheckedDraft(project.name, draft, place.profiles);
  const { configuration } = checked;
  const autosave = useAutosave(project.name, saved);
  const usable = environment === undefined || isUsable(environment);
  // The form has by far the most to draw: what runs the server is there before it.
  const formShown = useDeferredValue(true, false);
  const run = (): void => {
    if (configuration === null) return;
    autosave.cancel();
    actions.start.run(configuration, server);
  };
  return (
    <Stack>
      {server.state === 'failed' && <StartFailure server={server} />}
      <Section
        title="Jupyter server"
        aside={
          <StateBadge
            tone={server.state === 'failed' ? 'bad' : 'off'}
            label={server.state === 'failed' ? 'Failed' : 'Stopped'}
          />
        }
      >
        <Stack gap="sm">
          <Group gap="xs">
            <Button
              variant="filled"
              leftSection={<IconPlayerPlay size={16} />}
              onClick={run}
              loading={actions.start.pending}
              disabled={configuration === null || !usable}
            >
              Run Jupyter
            </Button>
            {server.id !== null && <ServerLogsButton />}
          </Group>
          <Text size="sm" c="dimmed">
            {!usable ? (
              'Jupyter needs a Python environment; please see above.'
            ) : configuration === null ? (
              'Please correct the configuration below first.'
            ) : (
              <>
                JupyterLab opens in a new tab.
                {server.endedAt !== null && (
                  <>
                    {' '}
                    Last {server.state === 'failed' ? 'tried' : 'run'} <RelativeTime at={server.endedAt} />.{' '}
                    {spellStopReason(server.stopReason, server)}
                  </>
                )}
              </>
            )}
          </Text>
          <ActionError error={actions.start.error} title="Jupyter was not started" />
          <ActionError error={actions.stop.error} title="Jupyter was not stopped" />
        </Stack>
      </Section>
      <Section
        title="Configuration"
        aside={
          <Text size="xs" c={autosave.state === 'failed' ? 'var(--mantine-color-error)' : 'dimmed'} component="output">
            {saveTexts[autosave.state]}
          </Text>
        }
      >
        {formShown ? (
          <ConfigurationEditor
            draft={draft}
            checked={checked}
            place={place}
            profiles={place.profiles}
            fileName={`${project.name}-jupyter-configuration.json`}
            onChange={(next) => {
              setDraft(next);
              autosave.changed(readDraft(next).configuration);
            }}
          >
            <DefaultsBar
              configuration={readDraft(draft).configuration}
              defaults={defaults}
              pending={autosave.resetting}
              onReset={() => autosave.reset((answer) => setDraft(toDraft(answer)))}
            />
          </ConfigurationEditor>
        ) : (
          <Skeleton height={390} radius="md" />
        )}
      </Section>
    </Stack>
  );
}

const says = (draft: Draft, configuration: Configuration): boolean =>
  sameConfiguration(readDraft(draft).configuration, configuration);

/** The draft of what is saved. What is saved elsewhere meanwhile, as new defaults of the project, is taken over unless something was changed here. */
function useDraft(saved: Configuration) {
  const [draft, setDraft] = useState(() => toDraft(saved));
  const [seen, setSeen] = useState(saved);
  if (seen !== saved) {
    setSeen(saved);
    if (says(draft, seen) && !says(draft, saved)) setDraft(toDraft(saved));
  }
  return [draft, setDraft] as const;
}
