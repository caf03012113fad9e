import { useQuery } from '@tanstack/react-query';
import { announcementsAtLoginQuery } from '../../lib/queries.ts';
import { Notice } from '../../ui/notice.tsx';
import { AnnouncementText } from './announcement-bars.tsx';

/** What administrators have to say to whoever wants to log in. Nothing when it can't be had: the login matters more. */
export function LoginAnnouncements() {
  const announcements = useQuery(announcementsAtLoginQuery);
  return (announcements.data?.items ?? []).map(({ id, level, text }) => (
    <Notice key={id} tone={level}>
      <AnnouncementText text={text} />
    </Notice>
  ));
}
