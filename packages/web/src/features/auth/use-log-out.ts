import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { api, errorMessage } from '../../lib/api.ts';
import { startOver } from '../../lib/auth-state.ts';

/** Ends the login and forgets everything that was loaded with it. */
export function useLogOut(): () => void {
  const client = useQueryClient();
  const router = useRouter();
  const logOut = useMutation({
    mutationFn: () => api.call('auth.logOut', {}),
    onSuccess: async () => {
      await router.navigate({ to: '/login', replace: true });
      startOver(client, null);
    },
    onError: (error) =>
      notifications.show({ color: 'red', title: 'You are still logged in', message: errorMessage(error) }),
  });
  return () => logOut.mutate();
}
