import {
  ActionIcon,
  Anchor,
  Button,
  Menu,
  NavLink,
  UnstyledButton,
  type ActionIconProps,
  type AnchorProps,
  type ButtonProps,
  type MenuItemProps,
  type NavLinkProps,
  type UnstyledButtonProps,
} from '@mantine/core';
import type { Icon as TablerIcon } from '@tabler/icons-react';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

type AnchorElement = Omit<ComponentProps<'a'>, 'style' | 'color' | 'href'>;

/** Mantine's components as links of our own pages, whose addresses and parameters the compiler checks. */
export const ButtonLink = createLink((props: ButtonProps & AnchorElement) => <Button component="a" {...props} />);
export const ActionIconLink = createLink((props: ActionIconProps & AnchorElement) => (
  <ActionIcon component="a" {...props} />
));
export const AnchorLink = createLink((props: AnchorProps & AnchorElement) => <Anchor {...props} />);
export const MenuItemLink = createLink((props: MenuItemProps & AnchorElement) => (
  <Menu.Item component="a" {...props} />
));
export const NavItemLink = createLink(
  ({ icon: Icon, ...props }: Omit<NavLinkProps, 'label'> & { label: string; icon?: TablerIcon } & AnchorElement) => (
    <NavLink
      component="a"
      color="gray"
      noWrap
      {...(Icon === undefined ? {} : { leftSection: <Icon size={17} /> })}
      {...props}
    />
  ),
);
export const UnstyledLink = createLink((props: UnstyledButtonProps & AnchorElement) => (
  <UnstyledButton component="a" {...props} />
));
