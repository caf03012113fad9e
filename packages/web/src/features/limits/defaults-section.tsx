import type { LimitDefaults, LimitValues } from '@emberlab/contract';
import { Button, Group, Modal, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { Section } from '../../ui/page.tsx';
import { draftOfDefaults } from './limit-draft.ts';
import { kindLabels, spellValue } from './limit-words.ts';
import { LimitsForm } from './limits-form.tsx';

type Side = 'user' | 'project';
const names: Readonly<Record<Side, string>> = { user: 'each user', project: 'each project' };

/** The limits of users and projects for whom nothing else is set. */
export function DefaultsSection({ defaults }: { defaults: LimitDefaults }) {
  const [editing, setEditing] = useState<Side | null>(null);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {(['user', 'project'] as const).map((side) => (
        <Section
          key={side}
          title={`Defaults for ${names[side]}`}
          aside={
            <Button size="xs" onClick={() => setEditing(side)} aria-label={`Change the defaults for ${names[side]}`}>
              Change
            </Button>
          }
        >
          <Summary values={defaults[side]} />
        </Section>
      ))}
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === null ? '' : `Defaults for ${names[editing]}`}
      >
        {editing !== null && (
          <LimitsForm
            first={() => draftOfDefaults(defaults[editing])}
            defaults={null}
            about="For all for whom nothing else is set. A limit below what is used ends nothing that runs."
            failure="The defaults were not saved"
            onSave={(values) =>
              api.call('limits.setDefaults', {
                body: { ...defaults, [editing]: { ...defaults[editing], ...values } },
              })
            }
            onClose={() => setEditing(null)}
          />
        )}
      </Modal>
    </SimpleGrid>
  );
}

function Summary({ values }: { values: LimitValues }) {
  const set = (Object.entries(values) as [keyof LimitValues, number | null][]).filter(([, value]) => value !== null);
  if (set.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No limits
      </Text>
    );
  }
  return (
    <Group gap="lg">
      {set.map(([kind, value]) => (
        <Stack key={kind} gap={0}>
          <Text size="xs" c="dimmed">
            {kindLabels[kind]}
          </Text>
          <Text size="sm" className="el-tabular">
            {spellValue(kind, value ?? 0)}
          </Text>
        </Stack>
      ))}
    </Group>
  );
}
