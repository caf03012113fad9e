import { DataList } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { authQuery } from '../../lib/queries.ts';
import { Page, Section } from '../../ui/page.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { TokensSection } from './tokens-section.tsx';

/** Who one is here, and the tokens that programs use in one's name. */
export function AccountPage() {
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
      <TokensSection />
    </Page>
  );
}
