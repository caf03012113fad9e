const key = 'emberlab-invitation';

/**
 * Keeps the secret of an invitation's link for as long as its tab is there, so that it survives a login. It comes from behind the `#` of the address, and
 * must not get into another one: those are sent, logged and remembered.
 */
export function keepInvitation(hash: string): void {
  const secret = new URLSearchParams(hash.replace(/^#/, '')).get('secret') ?? '';
  try {
    sessionStorage.setItem(key, secret);
  } catch {
    // Storage is blocked: the page says that the link is to be opened again once one is logged in.
  }
}

/** The secret that was kept last; null: there is none. */
export function keptInvitation(): string | null {
  try {
    return sessionStorage.getItem(key) || null;
  } catch {
    return null;
  }
}

export function forgetInvitation(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // There is nothing to forget then.
  }
}
