/** What the key is called with which shortcuts are pressed on this machine. */
export const modKey = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl';
