/**
 * Leaves this page for an address of another origin that the server gave. The page there runs users' code, so the tab first lets go of the page
 * that opened it: otherwise that code could send the dashboard's own tab elsewhere.
 */
export function leaveFor(url: string): void {
  if (!/^https?:/i.test(url)) throw new Error('not an address of a page');
  window.opener = null;
  window.location.replace(url);
}
