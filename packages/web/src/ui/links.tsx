import {
  Anchor,
  Button,
  Menu,
  NavLink,
  UnstyledButton,
  type AnchorProps,
  type ButtonProps,
  type MenuItemProps,
  type NavLinkProps,
  type UnstyledButtonProps,
} from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

type AnchorElement = Omit<ComponentProps<'a'>, 'style' | 'color' | 'href'>;

/** Mantine's components as links of our own pages, whose addresses and parameters the compiler checks. */
export const ButtonLink = createLink((props: ButtonProps & AnchorElement) => <Button component="a" {...props} />);
export const AnchorLink = createLink((props: AnchorProps & AnchorElement) => <Anchor {...props} />);
export const MenuItemLink = createLink((props: MenuItemProps & AnchorElement) => (
  <Menu.Item component="a" {...props} />
));
export const NavItemLink = createLink((props: Omit<NavLinkProps, 'label'> & { label: string } & AnchorElement) => (
  <NavLink component="a" {...props} />
));
export const UnstyledLink = createLink((props: UnstyledButtonProps & AnchorElement) => (
  <UnstyledButton component="a" {...props} />
));
