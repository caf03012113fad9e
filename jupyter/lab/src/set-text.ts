/** Written only when it changes: a screen reader, and whoever has marked the text, is left alone. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
