import { errorTable } from '@emberlab/contract';
import { Notice } from '../../ui/notice.tsx';

/** Why a login through the provider led back here. The address has a code alone: it could not put words of its own on our page. */
export function LoginProblem({ code }: { code: string }) {
  const known = Object.entries(errorTable).find(([name]) => name === code && name.startsWith('openid_'));
  if (known === undefined) return null;
  return (
    <Notice tone="bad" title="You are not logged in that way">
      {known[1].message}
    </Notice>
  );
}
