import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ErrorState } from '../../ui/error-state.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { IndexForm } from './index-form.tsx';
import { indexSettingsQuery } from './queries.ts';

/** Where the Python libraries of all projects come from, for administrators. */
export function IndexPage() {
  const settings = useQuery(indexSettingsQuery);
  return (
    <Page
      title="Package index"
      description="Where the Python libraries of all projects come from, and which may not come. What is installed already stays as it is."
    >
      <Section title="Python libraries of all projects">
        {settings.data !== undefined ? (
          <IndexForm settings={settings.data} />
        ) : settings.isError ? (
          <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
        ) : (
          <Skeleton height={420} />
        )}
      </Section>
    </Page>
  );
}
