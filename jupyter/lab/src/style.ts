import css from './style.css?inline';

/** Adds this extension's styles to the page. */
export function addStyle(): void {
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
}
