import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createQueryClient } from './query-client.ts';
import { createAppRouter } from './router.tsx';
import { UiProvider } from './ui-provider.tsx';

const queryClient = createQueryClient();
const router = createAppRouter(queryClient);

/** The whole dashboard. */
export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <UiProvider>
        <RouterProvider router={router} />
      </UiProvider>
    </QueryClientProvider>
  );
}
