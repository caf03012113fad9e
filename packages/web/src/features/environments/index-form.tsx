import { ApiError, type IndexSettings } from '@emberlab/contract';
import { Button, Group, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { byIndexField, draftOf, indexProblems, settingsOf, type IndexDraft } from './index-draft.ts';

/** Sets where libraries come from. Nothing is saved by a test. */
export function IndexForm({ settings }: { settings: IndexSettings }) {
  const client = useQueryClient();
  // Addresses may have passwords in them, so what is sent is not kept for a while as elsewhere.
  const test = useMutation({
    mutationFn: (draft: IndexDraft) => api.call('indexSettings.test', { body: settingsOf(draft) }),
    gcTime: 0,
  });
  const save = useMutation({
    mutationFn: (draft: IndexDraft) => api.call('indexSettings.set', { body: settingsOf(draft) }),
    onSuccess: (answer) => {
      client.setQueryData(keys.indexSettings, answer);
      form.setInitialValues(draftOf(answer));
      form.reset();
      notifications.show({ message: 'Saved. The next change of each project goes by it.' });
    },
    gcTime: 0,
  });
  const form = useForm({
    initialValues: draftOf(settings),
    validate: indexProblems,
    onValuesChange: () => {
      test.reset();
      save.reset();
    },
  });
  /** A problem that the server found in a field is shown there. */
  const showFields = (error: Error): void => {
    if (!(error instanceof ApiError)) return;
    form.setErrors(
      byIndexField(form.getValues(), Object.fromEntries(error.details.map(({ path, message }) => [path, message]))),
    );
  };
  const shown = (error: Error | null) => (error instanceof ApiError && error.details.length > 0 ? null : error);
  return (
    <form onSubmit={form.onSubmit((draft) => save.mutate(draft, { onError: showFields }))} noValidate>
      <Stack gap="md" maw={680}>
        <Addresses form={form} />
        <Rules form={form} />
        <ActionError error={shown(test.error)} title="The index was not tried" />
        <ActionError error={shown(save.error)} title="Nothing was saved" />
        <output style={{ display: 'block' }}>
          {test.data !== undefined && (
            <Notice tone={test.data.ok ? 'info' : 'warning'} title={test.data.ok ? 'That works' : 'That does not work'}>
              {test.data.message}
            </Notice>
          )}
        </output>
        <Group gap="xs">
          <Button
            loading={test.isPending}
            onClick={() => {
              if (!form.validate().hasErrors) test.mutate(form.getValues(), { onError: showFields });
            }}
          >
            Test
          </Button>
          <Button type="submit" variant="filled" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Form = UseFormReturnType<IndexDraft, IndexDraft, (draft: IndexDraft) => Record<string, string>>;

const list = { rows: 3, resize: 'vertical', spellCheck: false, autoComplete: 'off' } as const;

function Addresses({ form }: { form: Form }) {
  return (
    <>
      <TextInput
        label="Index"
        description="Address of the simple index. Empty: what the settings of pip and uv on this machine say"
        placeholder="https://pypi.example.org/simple"
        spellCheck={false}
        {...form.getInputProps('indexUrl')}
      />
      <Textarea
        {...list}
        label="Extra indexes"
        description="One address a line; they are asked before the index. A password in an address is kept sealed and shown as ***"
        {...form.getInputProps('extraIndexUrls')}
      />
      <Textarea
        {...list}
        label="Trusted hosts"
        description="Hosts whose certificates are not checked, one a line. Whoever sits between can then change what is installed"
        {...form.getInputProps('trustedHosts')}
      />
      <TextInput
        label="Folder with wheels"
        description="On Emberlab’s machine; what is in it can be installed beside what the indexes have"
        placeholder="/srv/wheels"
        spellCheck={false}
        {...form.getInputProps('wheelFolder')}
      />
      <Switch
        label="Offline: ask no index, take everything from the folder"
        {...form.getInputProps('offline', { type: 'checkbox' })}
      />
    </>
  );
}

function Rules({ form }: { form: Form }) {
  return (
    <>
      <Textarea
        {...list}
        label="Constraints for all projects"
        description="Lines such as numpy<3. They say which version may come, not that it comes"
        {...form.getInputProps('constraints')}
      />
      <Textarea
        {...list}
        label="Libraries that nobody may install"
        description="Names, one a line"
        {...form.getInputProps('refused')}
      />
    </>
  );
}
