// What is wider than the page scrolls; whoever uses keys has to reach it for that. A file of its own: the page's policy names no more scripts than it has to.
const look = () => {
  for (const wide of document.querySelectorAll('.sl-markdown-content :is(table, pre)')) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    else wide.removeAttribute('tabindex');
  }
};
look();
addEventListener('resize', look);
