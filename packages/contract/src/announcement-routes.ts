import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import { announcement, announcementBody, shownAnnouncement } from './schemas/announcements.ts';
import { listOf, nothing, opaqueId } from './schemas/primitives.ts';

const byId = z.object({ id: opaqueId });

/** What administrators have to say to everybody. */
export const announcementRoutes = {
  'announcements.current': {
    method: 'GET',
    path: '/announcements',
    access: 'user',
    summary: 'What is announced now, without what the caller has put away',
    response: listOf(shownAnnouncement),
  },
  'announcements.atLogin': {
    method: 'GET',
    path: '/announcements/login',
    access: 'public',
    summary: 'What of it is for the login page',
    response: listOf(shownAnnouncement),
  },
  'announcements.events': {
    method: 'GET',
    path: '/announcements/events',
    access: 'user',
    summary: 'Server-sent events for pages of no project: the word that others are announced than before',
  },
  'announcements.dismiss': {
    method: 'POST',
    path: '/announcements/{id}/dismiss',
    access: 'user',
    summary: 'Put one away, for the caller alone; warnings stay',
    params: byId,
    response: nothing,
  },
  'announcements.list': {
    method: 'GET',
    path: '/admin/announcements',
    access: 'admin',
    summary: 'All announcements, the newest first',
    response: listOf(announcement),
  },
  'announcements.create': {
    method: 'POST',
    path: '/admin/announcements',
    access: 'admin',
    summary: 'Write one',
    body: announcementBody,
    status: 201,
    response: announcement,
  },
  'announcements.change': {
    method: 'PUT',
    path: '/admin/announcements/{id}',
    access: 'admin',
    summary: 'Change one; who has put it away sees it again',
    params: byId,
    body: announcementBody,
    response: announcement,
  },
  'announcements.end': {
    method: 'POST',
    path: '/admin/announcements/{id}/end',
    access: 'admin',
    summary: 'End one now',
    params: byId,
    response: announcement,
  },
} as const satisfies Record<string, RouteShape>;
