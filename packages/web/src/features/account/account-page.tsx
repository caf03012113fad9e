import { DataList } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { authQuery } from '../../lib/queries.ts';
import { Page, Section } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { LoginsSection } from './logins-section.tsx';
import { SignInSection } from './sign-in-section.tsx';
import { TokensSection } from './tokens-section.tsx';

const route = getRouteApi('/user/frame/account');

/** Who one is here, how and where one is logged in, and the tokens that programs use in one's name. */
export function AccountPage() {
  const { problem } = route.useSearch();
  const { data: auth } = useQuery(authQuery);
  const user = auth?.user;
  return (
    <Page title="Account">
      <Section title="Profile">
        {user !== null && user !== undefined && (
          <DataList orientation="horizontal" size="sm" labelWidth={120}>
            <DataList.Item>
              <DataList.ItemLabel>Name</DataList.ItemLabel>
              <DataList.ItemValue className="el-break">{user.name}</DataList.ItemValue>
            </DataList.Item>
            <DataList.Item>
              <DataList.ItemLabel>E-mail</DataList.ItemLabel>
              <DataList.ItemValue className="el-break">{user.email}</DataList.ItemValue>
            </DataList.Item>
            <DataList.Item>
              <DataList.ItemLabel>Rights</DataList.ItemLabel>
              <DataList.ItemValue>{user.admin ? 'Administrator of this Emberlab' : 'User'}</DataList.ItemValue>
            </DataList.Item>
            <DataList.Item>
              <DataList.ItemLabel>Since</DataList.ItemLabel>
              <DataList.ItemValue>
                <RelativeTime at={user.createdAt} />
              </DataList.ItemValue>
            </DataList.Item>
          </DataList>
        )}
      </Section>
      <SignInSection problem={problem} />
      <LoginsSection />
      <TokensSection />
    </Page>
  );
}
