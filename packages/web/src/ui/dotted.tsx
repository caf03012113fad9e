import { Children, Fragment, type ReactNode } from 'react';

/** Parts of a line with dots between them; those that are null or false are left out. */
export function Dotted({ children }: { children: ReactNode }) {
  return Children.toArray(children).map((part, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- they have no other names
    <Fragment key={index}>
      {index > 0 && ' · '}
      <span>{part}</span>
    </Fragment>
  ));
}
