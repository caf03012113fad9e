import { Avatar, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import { IconLogout, IconRobot, IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLogOut } from '../features/auth/use-log-out.ts';
import { authQuery } from '../lib/queries.ts';
import classes from './nav.module.css';
import { MenuItemLink } from '../ui/links.tsx';

/** Who is logged in, with the way to the account and out. */
export function AccountMenu() {
  const auth = useQuery(authQuery);
  const logOut = useLogOut();
  const user = auth.data?.user;
  if (user === null || user === undefined) return null;
  return (
    <Menu position="top-start" width={210}>
      <Menu.Target>
        <UnstyledButton className={classes.account}>
          <Group gap={8} wrap="nowrap">
            <Avatar size={26} radius="xl" color="gray" name={user.name} aria-hidden="true" />
            <Text size="sm" truncate>
              {user.name}
            </Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className="el-break">{user.email}</Menu.Label>
        <MenuItemLink to="/account" leftSection={<IconUser size={15} />}>
          Account
        </MenuItemLink>
        {user.admin && (
          <MenuItemLink to="/admin/service-accounts" leftSection={<IconRobot size={15} />}>
            Service accounts
          </MenuItemLink>
        )}
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={logOut}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
