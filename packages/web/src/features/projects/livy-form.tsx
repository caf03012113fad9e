import { ApiError, livySettingsBody, type LivySettings } from '@emberlab/contract';
import { Button, Group, PasswordInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { fieldErrors } from '../../lib/form-errors.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { bodyOf, byField, draftOf, isOpenToAll, keepsSecret, type LivyDraft } from './livy-draft.ts';
import { useProject } from './project-context.ts';

const places = [
  { value: 'emberlab', label: 'Emberlab' },
  { value: 'livy', label: 'Apache Livy' },
];
const logins = [
  { value: 'none', label: 'No login' },
  { value: 'basic', label: 'User and password' },
  { value: 'bearer', label: 'Token (Bearer)' },
];
const runsAs = [
  { value: 'livy', label: 'Whoever Livy runs as' },
  { value: 'name', label: 'Their owner: what stands before the @' },
  { value: 'email', label: 'Their owner: the whole e-mail address' },
];

type LivyForm = ReturnType<typeof useLivyForm>;

const useLivyForm = (settings: LivySettings, onValuesChange: () => void) =>
  useForm({
    initialValues: draftOf(settings),
    validate: (draft) => (draft.place === 'livy' ? byField(fieldErrors(livySettingsBody, bodyOf(draft))) : {}),
    onValuesChange,
  });

/** Sets where a project's Spark sessions run. Nothing is saved by a test of the connection. */
export function LivySettingsForm({ settings }: { settings: LivySettings }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const params = { project };
  // Both have the secret in what they send, so it is not kept for a while as others are.
  const test = useMutation({
    mutationFn: (draft: LivyDraft) => api.call('livy.test', { params, body: bodyOf(draft) }),
    gcTime: 0,
  });
  const save = useMutation({
    mutationFn: (draft: LivyDraft) =>
      draft.place === 'livy'
        ? api.call('livy.set', { params, body: bodyOf(draft) })
        : api.call('livy.remove', { params }),
    onSuccess: (answer) => client.setQueryData(keys.livy(project), answer),
    gcTime: 0,
  });
  const form = useLivyForm(settings, () => {
    test.reset();
    save.reset();
  });
  /** A problem that the server found in a field is shown there. */
  const showFields = (error: Error): void => {
    if (!(error instanceof ApiError)) return;
    form.setErrors(byField(Object.fromEntries(error.details.map(({ path, message }) => [path, message]))));
  };
  const draft = form.getValues();
  const shownError = (error: Error | null) => (error instanceof ApiError && error.details.length > 0 ? null : error);
  const onPlace = draft.place === 'livy';

  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values, { onError: showFields }))} noValidate>
      <Stack gap="md" maw={640}>
        <div>
          <SegmentedControl aria-label="Where Spark runs" data={places} {...form.getInputProps('place')} />
        </div>
        <Text size="sm" c="dimmed">
          {onPlace
            ? 'New sessions run on a Livy that is there already. Each member sees their own alone, as on Emberlab. Python and its libraries are the cluster’s then, not the project’s.'
            : 'Sessions run on drivers that Emberlab starts, with the project’s Python environment.'}
        </Text>
        {onPlace && <LivyFields form={form} settings={settings} />}
        {!onPlace && settings.server !== null && (
          <Notice tone="info">Sessions that run on Livy now go on there until they end.</Notice>
        )}
        <ActionError error={shownError(test.error)} title="The connection was not tried" />
        <ActionError error={shownError(save.error)} title="Nothing was saved" />
        {test.data !== undefined && <TestResult works={test.data.works} message={test.data.message} />}
        {(onPlace || settings.server !== null) && (
          <Group gap="xs">
            {onPlace && (
              <Button
                loading={test.isPending}
                onClick={() => {
                  if (!form.validate().hasErrors) test.mutate(form.getValues(), { onError: showFields });
                }}
              >
                Test connection
              </Button>
            )}
            <Button type="submit" variant="filled" loading={save.isPending} disabled={!form.isDirty()}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function LivyFields({ form, settings }: { form: LivyForm; settings: LivySettings }) {
  const draft = form.getValues();
  const kept = keepsSecret(settings, draft);
  const secret = {
    ...form.getInputProps('secret'),
    placeholder: kept ? 'stored; enter another to change it' : '',
    autoComplete: 'new-password',
  };
  return (
    <Stack gap="sm">
      <TextInput
        label="Address"
        description={allowedText(settings)}
        placeholder="http://livy.example.org:8998"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps('url')}
      />
      <Select label="Login" allowDeselect={false} data={logins} {...form.getInputProps('login')} />
      {draft.login === 'basic' && (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput label="User" autoComplete="off" miw={200} {...form.getInputProps('user')} />
          <PasswordInput label="Password" miw={200} {...secret} />
        </Group>
      )}
      {draft.login === 'bearer' && <PasswordInput label="Token" {...secret} />}
      {isOpenToAll(draft) && (
        <Notice tone="warning">
          {`The ${draft.login === 'basic' ? 'password' : 'token'} goes over the network unencrypted. Please use https:// if this Livy has it.`}
        </Notice>
      )}
      <Select
        label="Sessions run as"
        description="Anybody but Livy’s own user only where Livy may impersonate"
        allowDeselect={false}
        data={runsAs}
        {...form.getInputProps('runAs')}
      />
    </Stack>
  );
}

function TestResult({ works, message }: { works: boolean; message: string }) {
  if (!works) return <Notice tone="bad">{message}</Notice>;
  return (
    <Group gap={8} wrap="nowrap" component="output">
      <IconCircleCheck size={18} color="var(--el-ok)" style={{ flex: 'none' }} aria-hidden="true" />
      <Text size="sm" className="el-break">
        {message}
      </Text>
    </Group>
  );
}

/** Which addresses will be taken, for those who may not set any. */
function allowedText({ allowed, mayChooseAny }: LivySettings): string | undefined {
  if (mayChooseAny) return undefined;
  return allowed.length === 0
    ? 'Only an administrator can set an address.'
    : `Allowed are: ${allowed.join(', ')}. An administrator can set others.`;
}
