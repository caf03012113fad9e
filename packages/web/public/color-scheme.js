// Sets the colour scheme before the first paint, so that a dark page never flashes white. A file of its own because the page allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('emberlab-color-scheme');
  } catch {
    // storage may be blocked; the system's scheme is a good answer then
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
